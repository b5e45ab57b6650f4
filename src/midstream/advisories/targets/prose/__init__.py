"""The record as people read it: pages, mails and feeds."""
