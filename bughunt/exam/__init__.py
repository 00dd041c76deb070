"""Exams: planned, drawn, proved, sealed into archives, and checked."""
