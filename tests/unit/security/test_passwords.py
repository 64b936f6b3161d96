# SPDX-License-Identifier: MIT
import argon2
import pytest

from humeops.security import passwords

KEPT = passwords.make_hash("correct horse battery")


def test_what_is_kept_of_a_password_fits_it_alone_and_is_not_it():
    assert passwords.fits("correct horse battery", KEPT)
    assert not passwords.fits("correct horse batter", KEPT)
    assert not passwords.fits("nobody has this one", None)
    assert not passwords.fits("x", "no hash at all")
    assert "correct" not in KEPT
    assert passwords.make_hash("correct horse battery") != KEPT


def test_a_hash_of_weaker_parameters_is_known_as_one():
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash("correct horse battery")

    assert passwords.is_old(weak)
    assert passwords.fits("correct horse battery", weak)
    assert not passwords.is_old(KEPT)


@pytest.mark.parametrize("password", ["", "short", "ada" * 5, "a" * 20, "x" * 300])
def test_a_password_that_is_soon_found_is_refused_and_not_repeated(password):
    with pytest.raises(passwords.PasswordError) as refused:
        passwords.check_new(password, "ada")

    assert not password or password not in str(refused.value)
