import pytest

from tests.contract.plant import Plant


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path)
