"""Import: a CRM's export becomes accounts and opportunities, ended ones and open ones.

Every row is decided by the same rules as everything else: what has ended becomes facts in the
ledger, what is open starts under its account, what breaks a rule is rejected by its name.
"""
