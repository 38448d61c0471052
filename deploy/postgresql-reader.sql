-- Restricts the role of public requests to reading the schema `published`. Run it once in the database of the portal,
-- as a PostgreSQL administrator, before or after the first start. `portal` owns the database, and `portal_reader` must
-- exist.
CREATE SCHEMA IF NOT EXISTS published AUTHORIZATION portal;
GRANT USAGE ON SCHEMA published TO portal_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA published TO portal_reader;
-- For views that later versions add.
ALTER DEFAULT PRIVILEGES FOR ROLE portal IN SCHEMA published GRANT SELECT ON TABLES TO portal_reader;
-- Settings of the role, because PgBouncer does not pass on those of a connection.
ALTER ROLE portal_reader SET default_transaction_read_only = on;
ALTER ROLE portal_reader SET search_path = published;
ALTER ROLE portal_reader SET statement_timeout = '1s';
