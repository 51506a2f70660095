"""Builds what messages are sent with from the settings."""

from reconciler.notify.courier import AppriseCourier, Courier
from reconciler.notify.ntfy import NtfyPhone
from reconciler.notify.phone import Phone
from reconciler.notify.phone_address import TELEGRAM, ntfy_of, telegram_of
from reconciler.notify.telegram import TelegramPhone
from reconciler.notify.webhook import WebhookCourier
from reconciler.service.child_process import leashed
from reconciler.service.served_channel import Posting
from reconciler.settings import Settings
from verification.facts.clock import SystemClock


def posting_of(settings: Settings) -> Posting:
    """Return what messages are sent with. A channel's process starts with its first message.

    Raises:
        SettingsError: The address of a channel is not there.
    """
    phones = {name: phone for name in settings.notify if (phone := phone_of(settings, name)) is not None}
    couriers = tuple(
        (channel.channel(name), phones.get(name) or courier_of(settings, name))
        for name, channel in settings.notify.items()
    )
    return Posting(couriers, settings.dashboard.link, frozenset(settings.accounts), phones)


def courier_of(settings: Settings, channel: str) -> Courier:
    """Return what takes messages to one channel.

    Raises:
        SettingsError: Its address is not there.
    """
    phone = phone_of(settings, channel)
    if phone is not None:
        return phone
    secret = settings.channel_secret(channel)
    if secret is not None:
        return WebhookCourier(settings.channel_url(channel), secret, settings.dashboard.link, SystemClock())
    return AppriseCourier(settings.channel_url(channel), leashed("reconciler.notify.apprise_child"))


def phone_of(settings: Settings, channel: str) -> Phone | None:
    """Return the phone that a channel is; None where its messages are not answered.

    Raises:
        SettingsError: Its address is not there.
    """
    told, url = settings.notify[channel], settings.channel_url(channel)
    if told.people:
        address = telegram_of(url)
        assert address is not None, "the settings are refused where it is none"
        return TelegramPhone(address, told.people, told.server or TELEGRAM)
    if told.reply_as is not None:
        topic = ntfy_of(url)
        assert topic is not None, "the settings are refused where it is none"
        return NtfyPhone(topic, told.reply_as, told.reply_topic)
    return None
