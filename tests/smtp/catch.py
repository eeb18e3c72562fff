"""A mail server for tests (aiosmtpd): keeps the messages that it accepts, with configurable behaviour.

  catch.py DIRECTORY PORT [CERTIFICATE KEY]

It listens on 127.0.0.1 and prints the port. Each accepted message becomes DIRECTORY/NNNN.json. DIRECTORY/behaviour.json is
read again for every command:

  mail, data     reply to MAIL and DATA, instead of accepting them
  rcpt           replies by recipient; "*" is anybody
  delay          seconds before each of these
  vanish         true: after accepting a message, closes the connection without a response
  login          [user, password]: requires this login
  tls            "starttls" (must be used) or "implicit"; read once, at the start
"""

import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Catcher:
    def __init__(self, directory):
        self.directory = directory
        self.implicit = self.behaviour().get("tls") == "implicit"
        self.taken = len([n for n in os.listdir(directory) if n[0].isdigit()])

    def behaviour(self):
        try:
            with open(os.path.join(self.directory, "behaviour.json")) as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    async def told(self, step):
        behaviour = self.behaviour()
        await asyncio.sleep(behaviour.get("delay", 0))
        return behaviour.get(step)

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = await self.told("mail")
        if reply:
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        replies = await self.told("rcpt") or {}
        reply = replies.get(address, replies.get("*"))
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = await self.told("data")
        if reply:
            return reply
        self.taken += 1
        self.keep(session, envelope)
        if self.behaviour().get("vanish"):
            server.transport.abort()
        return f"250 kept as {self.taken}"

    def keep(self, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        login = getattr(session.auth_data, "login", None)
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in message.items()],
            "subject": str(message["Subject"]),
            "message_id": str(message["Message-ID"]),
            "type": message.get_content_type(),
            "plain": parts.get("text/plain", ""),
            "html": parts.get("text/html", ""),
            "raw": envelope.content.decode("latin-1"),
            "tls": self.implicit or session.ssl is not None,
            "login": login.decode() if login else None,
        }
        path = os.path.join(self.directory, f"{self.taken:04}.json")
        with open(path + ".new", "w") as file:
            json.dump(kept, file)
        os.rename(path + ".new", path)

    def log_in(self, server, session, envelope, mechanism, data):
        user, password = self.behaviour().get("login") or [None, None]
        right = [data.login.decode(), data.password.decode()] == [user, password]
        return AuthResult(success=right, handled=False, auth_data=data if right else None)


async def main():
    directory, port = sys.argv[1], int(sys.argv[2])
    catcher = Catcher(directory)
    told, implicit = catcher.behaviour(), catcher.implicit
    context = None
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    starttls = context if told.get("tls") == "starttls" else None

    def connection():
        return SMTP(
            catcher,
            hostname="localhost",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=catcher.log_in,
            auth_required=bool(told.get("login")),
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", port, ssl=context if implicit else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
