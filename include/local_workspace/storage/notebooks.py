"""Notebooks as source files: what tells them from other files is their first line."""

from enum import StrEnum


class Language(StrEnum):
    """Of a notebook's cells. The header of R's is that of Python's, and nothing here could tell them apart."""

    PYTHON = "PYTHON"
    SQL = "SQL"
    SCALA = "SCALA"


SUFFIXES = {Language.PYTHON: ".py", Language.SQL: ".sql", Language.SCALA: ".scala"}
HEADERS = {
    Language.PYTHON: b"# Databricks notebook source",
    Language.SQL: b"-- Databricks notebook source",
    Language.SCALA: b"// Databricks notebook source",
}
LONGEST_HEADER = max(map(len, HEADERS.values()))


def language_of(content: bytes) -> Language | None:
    """The language of a notebook, None for any other file. Only the first bytes are looked at."""
    return next((language for language, header in HEADERS.items() if content.startswith(header)), None)


def with_header(content: bytes, language: Language) -> bytes:
    """Make a notebook of a source."""
    return content if language_of(content) == language else HEADERS[language] + b"\n" + content


def name_of(path: str, content: bytes) -> str:
    """The path that a file gets which is taken for what it is: a notebook has no suffix."""
    language = language_of(content)
    return path.removesuffix(SUFFIXES[language]) if language else path
