"""Builds what messages are sent with from the settings."""

from reconciler.notify.courier import AppriseCourier, Courier
from reconciler.service.child_process import leashed
from reconciler.service.served_channel import Posting
from reconciler.settings import Settings


def posting_of(settings: Settings) -> Posting:
    """Return what messages are sent with. A channel's process starts with its first message.

    Raises:
        SettingsError: The address of a channel is not there.
    """
    couriers = tuple(
        (channel.channel(name), courier_of(settings, name)) for name, channel in settings.notify.items()
    )
    return Posting(couriers, settings.dashboard.link, frozenset(settings.accounts))


def courier_of(settings: Settings, channel: str) -> Courier:
    """Return what takes messages to one channel.

    Raises:
        SettingsError: Its address is not there.
    """
    return AppriseCourier(settings.channel_url(channel), leashed("reconciler.notify.apprise_child"))
