"""Accounts that become one."""
