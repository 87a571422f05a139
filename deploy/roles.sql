-- Run once, when the database is made. Neither role has a password: each logs in with its certificate (pg_hba.conf).
create role broker_owner login;
create role broker_app login;
create database broker owner broker_owner;
