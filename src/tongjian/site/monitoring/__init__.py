"""The monitoring of a plant's year (在线监测): what its monitors sent, how much of it is valid,
what stands in the place of the rest, and what the report states by it.

Pages read what a roll-up kept (`tongjian.measured`) and what kept runs say; nothing is computed.
"""
