#!/bin/sh
# Runs once, when the database is made: the service gets a role and a database of its own and is no superuser.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set password="$PORTCULLIS_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE portcullis LOGIN PASSWORD :'password';
CREATE DATABASE portcullis OWNER portcullis;
SQL
