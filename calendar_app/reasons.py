"""Why something did not go out is kept in English, whoever caused it, and said again in the reader's language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from calendar_app.languages import say, say_later, spoken

# Every sentence that a worker, an adapter or a person's act leaves on a delivery, an account or the site.
# What is not here is shown as it was kept.
KEPT = (
    say_later("Who made this series may no longer write here. Save it once, and it goes on in your name."),
    say_later("No post could be made. Look at its streams, places and pictures, and save it again."),
    say_later("Paused by %(name)s."),
    say_later("Disconnected by %(name)s."),
    say_later("The account was disconnected."),
    say_later("The account was taken off the post."),
    say_later("Marked as sent by %(name)s."),
    say_later("The post was taken back to draft."),
    say_later("The post was changed and waits for approval again."),
    say_later("The post was withdrawn before it went out here."),
    say_later("The post was past its stream's grace when Sluice could look again."),
    say_later("It could not be sent within the grace of its stream: %(reason)s"),
    say_later("too late"),
    say_later("A worker died in mid call."),
    say_later("Trying again in a way that cannot send twice."),
    say_later("It may have gone out: look, then say “sent” or “send again”."),
    say_later("The worker was held up; the next attempt follows."),
    say_later("Sluice was stopped before anything was sent; it tries again."),
    say_later("Sluice was stopped in mid call; it may have gone out."),
    say_later("Sluice stumbled before anything was sent; it tries again."),
    say_later("Sluice stumbled while sending; it may have gone out."),
    say_later("Given up after %(count)s attempts."),
    say_later("An earlier attempt may have gone out: look, then say."),
    say_later("This post could not be prepared (%(name)s). Edit it and send again."),
    say_later("It was being sent when the backup was made: look, then say sent or send again."),
    say_later("it was restored from a backup, and what the backup calls due may have gone out already."),
    say_later(
        "the database was put back from an earlier copy, and what it calls due may have gone out already."
    ),
    say_later(
        "This secret was sealed with a key (%(key)s) that this installation does not have. "
        "Add the earlier SLUICE_SECRET_KEY as a fallback, or enter the secret again."
    ),
    say_later("This secret is damaged or belongs to another place. Enter the secret again."),
    # Pictures, made to fit.
    say_later("The picture could not be made ready in time; the next attempt follows."),
    say_later("The picture of this post cannot be made small enough for this place. Attach another one."),
    say_later("The picture of this post is not there any more. Attach it again."),
    # Calls to the world.
    say_later("This is not an address Sluice can call. Write it whole, as in https://example.org/hook."),
    say_later("Take the name and password out of this address: they would show in logs."),
    say_later("The port in this address must be a number from 1 to 65535."),
    say_later(
        "This address leads into a private network (%(address)s). "
        "Sluice calls only public addresses unless its operator allows this network."
    ),
    say_later("There is no host named %(host)s. Check the spelling."),
    say_later("The DNS gave no answer for %(host)s in time."),
    say_later("The DNS gave no answer for %(host)s."),
    say_later("Too many calls were under way. This one was not begun."),
    say_later("This call has a method or a header that HTTP does not allow."),
    say_later("The time allowed was over before anything was sent to %(host)s."),
    say_later("No whole answer of %(host)s came in the time allowed."),
    say_later("%(host)s closed the connection before anything was sent."),
    say_later("%(host)s broke off before its answer was whole."),
    say_later("The answer of %(host)s was cut short or is not HTTP."),
    say_later("%(host)s did not take up the connection in time."),
    say_later("The certificate of %(host)s is not good: %(why)s."),
    say_later("No secure connection to %(host)s could be made."),
    say_later("%(host)s refused the connection."),
    say_later("No connection to %(host)s could be made."),
    # Adapters.
    say_later("The receiver answered 410 Gone: it does not want to be called again."),
    say_later("The address answered with a redirect (%(status)s). Enter the address it leads to."),
    say_later("The receiver is busy (%(status)s)."),
    say_later("The receiver answered %(status)s: it may or may not have taken the post."),
    say_later("The receiver refused the post (%(status)s)."),
    say_later("The receiver answered %(status)s."),
    say_later("The address answered %(status)s in %(ms)s ms. It is ready."),
    say_later("The server does not let this account post: %(why)s"),
    say_later("The server does not let this account post. Connect it anew with the rights to write."),
    say_later("The server refused the post: %(why)s"),
    say_later("This address does not answer as a Mastodon server does. Check it."),
    say_later("The account has posted too much since to find this post again."),
    say_later("The server refused to connect: %(why)s"),
    say_later("The server took a picture without naming it."),
    say_later("The server cannot use a picture of this post. Take another one."),
    say_later("The server is still preparing a picture."),
    say_later("An earlier part of this thread was deleted on the server."),
    say_later("The server took the post and shows it without its text. Look at it there."),
    say_later("This would be %(posts)s posts on Mastodon. Write a shorter text for this account."),
    say_later("This token may not post. Make one with the rights read, write:statuses and write:media."),
    say_later("Write whsec_ and then base64 of 24 to 64 bytes, or leave it empty."),
    say_later("A line was written to Sluice's log."),
    # Chat services.
    say_later("The receiver answered without naming the message: it may or may not have taken the post."),
    say_later("The key of this account no longer works. Enter a new one."),
    say_later("There is no such webhook any more. Make a new one and enter its address."),
    say_later("Sluice does not know which message this was. Delete it where it stands."),
    say_later("This is %(count)s %(unit)s long; %(most)s fit. Write a shorter text for this account."),
    say_later(
        "This would be %(count)s messages; %(most)s are the most. Write a shorter text for this account."
    ),
    say_later(
        "%(service)s does not let this webhook post any more. Look at its settings, or make a new one."
    ),
    say_later("The receiver answered without the word ok: it may or may not have taken the post."),
    say_later("The channel is archived in Slack. Take it out of the archive, or choose another."),
    say_later("Slack knows this webhook: it refused an empty message. Nothing was posted."),
    say_later("Discord knows this webhook. Nothing was posted."),
    say_later("Slack does not let the bot use this channel (%(error)s). Invite it, and give it the right."),
    say_later("Slack stumbled (%(error)s): it may or may not have taken the post."),
    say_later("Slack refused the post (%(error)s)."),
    say_later(
        "Slack knows the bot and lets it read this channel. Whether it may post there, the first post shows."
    ),
    say_later("Discord does not let the bot use this channel. Let it view it, post and read its history."),
    say_later("Discord knows the bot and this channel. Whether it may post there, the first post shows."),
    say_later("The receiver answered without its messages."),
    say_later("The channel has had too many messages since to find this post again."),
    say_later("This post went out another way than its account goes now. Delete it where it stands."),
    say_later("This server cannot take a message back: that needs ntfy 2.16 or newer."),
    say_later("The server does not let this account write to the topic. Enter a token that may."),
    say_later(
        "The server answers and refuses nothing. Whether it takes messages for this topic, the first post shows."
    ),
    say_later("The receiver answered without saying that it took the post: look whether it is there."),
    say_later("The workflow is switched off in Teams. Switch it on, then let this account go on."),
    say_later(
        "The host answers. A workflow cannot be tried without posting: the first post shows whether it works."
    ),
    say_later("None of the streams of this post is public, so there is no feed to tell a hub of."),
    say_later("The hub answers. It is told of a feed when a post goes out."),
    say_later("This post has no words to send. Give it a title or a text."),
    say_later("characters"),
    say_later("bytes"),
    say_later("The server may have forgotten the first attempt, so a repeat could appear twice."),
    say_later("The server has locked or suspended this user. Ask those who run it."),
    say_later("The server does not let this user do that in the room. Let it join, and give it the right."),
    say_later("The server takes no message as long as this. Write a shorter text for this account."),
    say_later("The server knows this token. Whether its user may write in the room, the first post shows."),
    say_later("This group has got another number in Telegram. Enter %(number)s as the chat."),
    say_later("Telegram knows no such chat, or the bot is not in it. Check its name, and add the bot."),
    say_later("Telegram does not let the bot write there. Make it an administrator who may post."),
    say_later("Telegram lets a bot delete a message for 48 hours only. Delete it in the chat."),
    say_later("Telegram knows the bot and this chat. Whether the bot may post there, the first post shows."),
    # Bluesky.
    say_later("Bluesky does not take this handle and app password."),
    say_later("The service address does not answer as a Bluesky server does. Check it."),
    say_later("%(done)s of %(count)s parts are there already."),
    say_later("The next one may be there as well: look."),
    say_later("“Send again” sends that one and what follows it."),
    say_later("A picture of this post is too large for Bluesky. Take a smaller one."),
    say_later("Bluesky has let go of a picture that was uploaded earlier; it is uploaded again."),
    say_later("The answer does not say what became of the post."),
    say_later("The post was deleted on Bluesky in the same moment."),
    say_later("An earlier form of this post is on Bluesky. Delete it there, then send again."),
    say_later("This post went out through another Bluesky account. Delete it there."),
    say_later("A word or address of this post is too long for Bluesky. Shorten it."),
    say_later("Bluesky knows nobody of this name, which stays plain text: %(names)s."),
    say_later("Signed in as %(handle)s. It is ready."),
    # Mail.
    say_later("The mail server %(host)s could not be reached."),
    say_later("The mail server %(host)s did not answer in time."),
    say_later("The mail server %(host)s broke off."),
    say_later("The mail server %(host)s offers no encryption (STARTTLS)."),
    say_later("The mail server %(host)s takes no mail at the moment (%(said)s)."),
    say_later("The mail server %(host)s did not accept the name and password of SLUICE_MAIL_URL."),
    say_later("The certificate of the mail server %(host)s is not good."),
    say_later("No secure connection to the mail server %(host)s could be made."),
    say_later("The mail server refused the sender (%(said)s)."),
    say_later("The mail server refused this address (%(said)s)."),
    say_later("The mail server refused the mail (%(said)s)."),
    say_later("The mail server will not take this now (%(said)s)."),
    say_later("The mail was handed over, and the mail server's answer was lost."),
    say_later("This mail could not be prepared (%(name)s)."),
    say_later("No mail server is set (SLUICE_MAIL_URL). Ask whoever runs this site to set one."),
    say_later("Sent to %(sent)s of %(all)s addresses."),
    say_later("The rest follows."),
    say_later("Refused: %(refused)s."),
    say_later("May have gone out: %(unknown)s."),
    say_later("Nobody is on the list of this account. Add addresses, then send again."),
    say_later("The mail server took it at no attempt in time."),
    say_later("The mail server %(host)s takes our mail. Nothing was sent."),
    say_later("These are no addresses: %(addresses)s. Write one a line, as in kari@example.org."),
    say_later("Write at least one address."),
    say_later(
        "These are %(count)s addresses; %(most)s are the most. Shorten the list, or connect a second account."
    ),
)
PLACE = re.compile(r"%\((\w+)\)s")
# What an adapter was told by the other side has an end.
LONGEST = 2000


@dataclass(frozen=True)
class Shape:
    """A kept sentence and what recognises it, with whatever follows it."""

    sentence: str
    pattern: re.Pattern[str]


def retell(kept: str | None) -> str:
    """A reason as it was kept, in the language of whoever asks; nothing for none."""
    if not kept or spoken() == "en":
        return kept or ""
    return _told(kept) if len(kept) <= LONGEST else kept


def shape_of(text: str) -> Shape | None:
    """The kept sentence with which `text` begins, if it is one of ours."""
    return next((shape for shape in _shapes() if shape.pattern.fullmatch(text)), None)


def _told(text: str) -> str:
    shape = shape_of(text)
    if shape is None:
        return text
    found = shape.pattern.fullmatch(text)
    places = dict(found.groupdict()) if found else {}
    rest = places.pop("_rest", None)
    told = say(shape.sentence, **{name: _told(value) for name, value in places.items()})
    return f"{told} {_told(rest)}" if rest else told


@cache
def _shapes() -> tuple[Shape, ...]:
    """Those that say most of their own first: they are the surest."""
    surest = sorted(KEPT, key=lambda sentence: -len(PLACE.sub("", sentence)))
    return tuple(Shape(sentence, _pattern(sentence)) for sentence in surest)


def _pattern(sentence: str) -> re.Pattern[str]:
    """A place at the very beginning is one word (a host): anything longer is a sentence before this one."""
    pieces = PLACE.split(sentence)
    parts = [
        re.escape(piece) if index % 2 == 0 else f"(?P<{piece}>{_any(index, pieces)})"
        for index, piece in enumerate(pieces)
    ]
    # A place at the very end holds all that follows.
    rest = "(?: (?P<_rest>.+))?" if pieces[-1] else ""
    return re.compile("".join(parts) + rest, re.DOTALL)


def _any(index: int, pieces: list[str]) -> str:
    return r"\S+?" if index == 1 and not pieces[0] else ".+?"
