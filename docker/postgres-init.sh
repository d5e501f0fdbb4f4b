#!/bin/sh
# Runs once, when the database is made: one role owns the schema and migrates, the service's own may only connect until
# `migrate --grant-to` lets it do what it does.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set owner="$PORTCULLIS_OWNER_PASSWORD" \
  --set service="$PORTCULLIS_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE portcullis_owner LOGIN PASSWORD :'owner';
CREATE ROLE portcullis LOGIN PASSWORD :'service';
CREATE DATABASE portcullis OWNER portcullis_owner;
REVOKE ALL ON DATABASE portcullis FROM PUBLIC;
GRANT CONNECT ON DATABASE portcullis TO portcullis;
SQL
