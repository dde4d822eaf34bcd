-- Run once, by PostgreSQL itself, when its volume is empty: one role and its own database for the
-- ledger, one role and two databases for Temporal. Nobody may look into another's.

\set temporal_password `cat /run/secrets/temporal_password`
\set ledger_password `cat /run/secrets/ledger_password`

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE closeline LOGIN PASSWORD :'ledger_password';

CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE closeline OWNER closeline;

REVOKE ALL ON DATABASE temporal, temporal_visibility, closeline FROM PUBLIC;
