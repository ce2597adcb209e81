"""What monitoring data are worth (监测数据质量): validity, quality checks, uncertainty."""

from tongjian.monitoring.quality._flags import flag_is_known, state_of, states

__all__ = ["flag_is_known", "state_of", "states"]
