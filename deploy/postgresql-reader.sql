-- Gives public requests a role of their own: it may read the schema `published` and nothing else. Run it in the
-- portal's database as its administrator, once, before or after the first start. `portal` owns the database,
-- `portal_reader` is there already.
CREATE SCHEMA IF NOT EXISTS published AUTHORIZATION portal;
GRANT USAGE ON SCHEMA published TO portal_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA published TO portal_reader;
-- For the views of later versions.
ALTER DEFAULT PRIVILEGES FOR ROLE portal IN SCHEMA published GRANT SELECT ON TABLES TO portal_reader;
-- What a connection would say for itself, were there no PgBouncer between.
ALTER ROLE portal_reader SET default_transaction_read_only = on;
ALTER ROLE portal_reader SET search_path = published;
ALTER ROLE portal_reader SET statement_timeout = '1s';
