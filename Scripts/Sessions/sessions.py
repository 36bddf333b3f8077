"""What Scripts/record-sessions runs: each session with its commands, their exit codes, and what they are to show."""

from __future__ import annotations

import json
import pathlib
from dataclasses import dataclass

FRAMES = pathlib.Path(__file__).resolve().parents[2] / "Packages/WSETool/Tests/WSEToolTests/Frames/frames.jsonl"
#: The ports that the page shows. Free ones take their places when the sessions run.
EMBEDDED, PUBLISHED = 8765, 8766
SECRET = "a-secret-for-recorded-sessions-only"


@dataclass
class Command:
    """One command of a session."""

    text: str
    #: Regular expressions that must be found in what it shows.
    shows: tuple[str, ...] = ()
    exit: int = 0
    #: It runs in the background, and the next one waits until this was shown.
    until: str | None = None
    #: Ctrl-C is pressed once this was shown.
    interrupt: str | None = None
    #: The server that it talks to is ended and started anew once this was shown.
    restart: str | None = None
    #: A topic whose offsets go on from the last one that was shown, each once.
    follows: str | None = None
    #: Whether it draws screens over each other; the last one is kept.
    draws: bool = False


@dataclass
class Session:
    title: str
    about: str
    commands: tuple[Command, ...]
    #: Whether it shows the same each time, to the letter.
    is_exact: bool = False


URL, OTHER = f"ws://127.0.0.1:{EMBEDDED}/wse", f"ws://127.0.0.1:{PUBLISHED}/wse"

SERVE = Command(f"wse serve --port {EMBEDDED} --rate 50 --messages", (r"listening on ws://", r"connection 1 comes", r"stopped after \d+"))

WITH_EMBEDDED = (
    Session("listen", "On a terminal, lines for people; Ctrl-C ends it. What is published while nobody listens comes after `--resume`.", (
        Command(f"wse listen {URL} market.BTC-USD weather.Zurich", (r"market.BTC-USD \d+  trade  \{",), interrupt=r"(?s)(reading.*){2}"),
        Command("export WSE_URL=" + URL),
        Command("wse listen market.BTC-USD --where side=buy --count 2 | cat", (r'"side":"buy"',)),
        Command("wse listen market.BTC-USD load.web-1 --counts --count 40", (r"40  in all",)),
        Command("wse listen market.ETH-USD --save positions.json --count 2", (r"market.ETH-USD",)),
        Command("cat positions.json; sleep 1 # ten more are published meanwhile", (r'"offset":\d+',)),
        Command("wse listen --save positions.json --resume --count 12", (r"market.ETH-USD",), follows="market.ETH-USD"),
        Command("wse listen market.ETH-USD --save /nonexistent/positions.json", (r"cannot write /nonexistent",), exit=73),
        Command("echo notes > notes; wse listen market.ETH-USD --save notes", (r"holds no positions",), exit=65),
    )),
    Session("send and request", "", (
        Command("wse send order '{\"symbol\":\"BTC-USD\",\"quantity\":3}' --priority high", (r"sent 0",)),
        Command("printf '%s\\n' '{\"type\":\"a\"}' '{\"type\":\"b\",\"payload\":1}' | wse send --lines", (r"sent 0",)),
        Command("wse request echo '{\"text\":\"hello\"}'", (r'echo  \{"text":"hello"\}', r"answered in")),
        Command("wse request echo '{\"text\":\"sealed\"}' --encrypt | cat", (r'"text":"sealed"',)),
        Command("wse send order 'not json'", (r"not JSON",), exit=65),
    )),
    Session("top", "The screen as it was when Ctrl-C was pressed.", (
        Command("wse top market.BTC-USD market.ETH-USD load.web-1 --interval 0.5", (r"round trip  p50 \d", r"market.BTC-USD"),
                interrupt=r"(?s)(excellent|good|fair|poor).*(losses.*){3}", draws=True),
        Command("wse top load.web-1 --interval 0.5 --count 2 | cat", (r'"events_per_second":',)),
    )),
    Session("doctor", "", (
        Command("wse doctor", (r"ok +tcp", r"ok +handshake +[\d.]+ .s  server 2.5.1", r"ready after")),
        Command("wse doctor ws://localhost:1/", (r"failed +tcp", r"nothing listens there"), exit=69),
        Command("wse doctor ws://wse.invalid/", (r"failed +dns",), exit=69),
        Command(f"wse doctor wss://127.0.0.1:{EMBEDDED}/wse", (r"failed +tls", r"is not TLS", r"ws:// instead"), exit=69),
        Command("wse doctor wss://localhost/ --ca notes", (r"holds no certificates in PEM",), exit=65),
    )),
    Session("bench", "On the machine that recorded this page, which was doing other things, too.", (
        Command("wse bench --requests 5000 --concurrency 8", (r"round trip  5,000 times", r"per second, 8 at a time")),
        Command("wse bench market.BTC-USD --connects 0 --requests 0 --events 20", (r"events +20 in",)),
    )),
    Session("A port that is taken", "", (
        Command(f"wse serve --port {EMBEDDED}", (r"Address already in use",), exit=69),
    )),
)

ALONE = (
    Session("serve with faults, and TLS", "The server runs in the background here; each connection is cut after three events.", (
        Command(f"wse serve --port {EMBEDDED} --rate 50 --cut-after 3 --tls --certificate-file localhost.pem 2> serve.log &",
                (r"listening on wss://",), until=r"topics: .*load.web-1"),
        Command(f"wse doctor wss://localhost:{EMBEDDED}/wse", (r"failed +tls", r"--ca"), exit=69),
        Command(f"wse doctor wss://localhost:{EMBEDDED}/wse --ca localhost.pem", (r"ok +tls +[\d.]+ .s  TLSv1.3",)),
        Command(f"wse listen wss://localhost:{EMBEDDED}/wse --ca localhost.pem market.BTC-USD --count 5",
                (r"lost the connection", r"connected again")),
        Command("kill -INT %1; wait; cat serve.log", (r"server cut TCP", r"stopped after")),
        Command(f"wse serve a --port {EMBEDDED} --rate 50 --fault 3:drop --fault every=4:duplicate --deny 'secret.*' 2> /dev/null &",
                (r"listening on ws://",), until=r"topics: a"),
        Command(f"wse listen ws://127.0.0.1:{EMBEDDED}/wse a --count 5", (r"a \d+  value",), follows="a"),
        Command(f"wse listen ws://127.0.0.1:{EMBEDDED}/wse secret.plans", (r"refuses secret.plans",), exit=77),
        Command("kill %1; wait", ()),
    )),
    Session("decode and encode", "", (
        Command("echo '{\"tp\":\"prices\",\"e\":\"46288838\",\"o\":0,\"c\":\"U\",\"t\":\"tick\",\"p\":{\"px\":101.250}}' | wse decode",
                (r'"payload":\{"px":101.250\}',)),
        Command("wse encode order '{\"quantity\":3}' --format messagepack", (r"^4d3a84",)),
        Command("wse encode order '{\"quantity\":3}' --format messagepack | wse decode", (r'"payload":\{"quantity":3\}',)),
        Command("echo 55 7b2274223a227469636b227d | wse decode", (r'"type":"tick","category":"U"',)),
        Command("echo Qzp4nKtWKlGyUqpQ0lEqULIyrAUAH/sD8g== | wse decode", (r'"type":"x","payload":1',)),
        Command("echo PING:1763800000123 | wse decode", (r"heartbeat",)),
        Command("echo '{\"t\":\"x\",\"p\":{\"a\":}}' | wse decode", (r"at byte 18",), exit=1),
        Command("echo RToAAAAAAAAAAAAAAAXrxKEQpsqxLk8YE6XI0CSZoTPP8KwF | wse decode", (r"wants its key",), exit=1),
    ), is_exact=True),
    Session("token", f"The secret is in the environment: `export WSE_SECRET={SECRET}`.", (
        Command("wse token make --subject ada --lifetime 3600 --claim role=admin > token", ()),
        Command("wse token inspect --token-file token", (r"ok +signed with this secret", r"subject ada")),
        Command("wse token make --lifetime -60 | wse token inspect", (r"bad +expired",), exit=1),
        Command("wse listen ws://example.com/ --token eyJhbGciOi", (r"can be read by every user",), exit=64),
    )),
)

RESTARTS = "In another terminal the server is ended once two events were shown, and started anew: its counting begins anew, too."

WITH_RESTARTS = (
    Session("A restart of the embedded server", RESTARTS, (
        Command(f"wse listen {URL} market.BTC-USD --count 5", (r"lost the connection", r"connected again", r"begins anew"),
                restart=r"(?s)(trade.*){2}"),
    )),
)

WITH_PUBLISHED = (
    Session("The published server", f"`wse-server` 2.5.1 on port {PUBLISHED}, with an application behind it that publishes to `prices` and "
            "asks for tokens under the secret in `WSE_SECRET`.", (
        Command("export WSE_URL=" + OTHER),
        Command("wse doctor", (r"failed +auth", r"no token was sent"), exit=77),
        Command("wse token make --lifetime -3600 > old; wse listen prices --token-file old", (r"wse token inspect",), exit=77),
        Command("export WSE_TOKEN=$(wse token make --subject ada)"),
        Command("wse doctor", (r"ok +auth +[\d.]+ .s  let in as ada", r"server 2.5.1")),
        Command("wse listen prices --count 3", (r"prices \d+  tick",)),
        Command("wse listen prices --save p.json --count 2", (r"prices \d+  tick",)),
        Command("sleep 1 # more is published meanwhile", ()),
        Command("wse listen --save p.json --resume --count 12", (r"prices \d+  tick",), follows="prices"),
        Command("wse listen secret.plans", (r"refuses secret.plans",), exit=77),
        Command("wse send note '{\"text\":\"hello\"}'", (r"sent 0",)),
        Command("printf '%s\\n' '{\"type\":\"a\"}' '{\"type\":\"b\",\"payload\":1}' | wse send --lines", (r"(?s)(sent 0.*){2}",)),
        Command("wse request request '{\"text\":\"hello\"}'", (r"response  \{",)),
        Command("wse request request '{\"text\":\"sealed\"}' --encrypt", (r"response  \{",)),
        Command("wse request request '{\"fail\":true}'", (r"HANDLER_ERROR",), exit=1),
        Command("wse bench prices --requests 2000 --events 40", (r"round trip  2,000 times", r"events +40 in")),
        Command("wse top prices --interval 0.5", (r"server 2.5.1", r"prices"), interrupt=r"(?s)(excellent|good|fair|poor).*(losses.*){3}", draws=True),
    )),
)


WITH_PUBLISHED_RESTARTS = (
    Session("A restart of the published server", RESTARTS, (
        Command("wse listen prices --count 5", (r"lost the connection", r"connected again", r"begins anew"), restart=r"(?s)(tick.*){2}"),
    )),
)

WITH_OLD_PUBLISHED = (
    Session("The published server, version 2.0.1", f"`wse-server` 2.0.1 on port {PUBLISHED}, with the same application. It writes the "
            "category before the JSON, and puts no topic, epoch and offset on what it publishes.", (
        Command("export WSE_URL=" + OTHER),
        Command("wse doctor", (r"failed +auth", r"no token was sent"), exit=77),
        Command("export WSE_TOKEN=$(wse token make --subject ada)"),
        Command("wse doctor", (r"ok +auth +[\d.]+ .s  let in as ada", r"ok +handshake", r"ok +heartbeat")),
        Command("wse listen prices --count 3", (r"prices  tick|-  tick",)),
        Command("wse listen prices --count 1 | cat", (r'"type":"tick"',)),
        Command("wse send note '{\"text\":\"hello\"}'", (r"sent 0",)),
        Command("printf '%s\\n' '{\"type\":\"a\"}' '{\"type\":\"b\",\"payload\":1}' | wse send --lines", (r"(?s)(sent 0.*){2}",)),
        Command("wse request request '{\"text\":\"hello\"}'", (r"response  \{",)),
    )),
)


def every_form() -> Session:
    """The shortest frame of each form that the protocol has."""
    frames = [json.loads(line) for line in FRAMES.read_text().splitlines()]
    shortest: dict[str, dict] = {}
    for frame in frames:
        known = shortest.get(frame["form"])
        if frame["printed"] and "code" not in frame and (known is None or len(frame["base64"]) < len(known["base64"])):
            shortest[frame["form"]] = frame
    return Session("Every form of frame", "One frame of each form that [the protocol](protocol.md) has in section 4; tests decode all "
                   "those of `Packages/WSETool/Tests/WSEToolTests/Frames`.", tuple(
        Command(f"echo {frame['base64']} | " + (f"WSE_KEY={frame['key']} " if "key" in frame else "") + f"wse decode # {form}",
                (r'"type":|"heartbeat":',)) for form, frame in shortest.items()), is_exact=True)
