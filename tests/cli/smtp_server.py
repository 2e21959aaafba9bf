#!/usr/bin/env python3
"""An SMTP server that misbehaves as it is told, for tests, on a port of the loopback that is free.

usage: smtp_server.py FOLDER [--tls | --starttls] [--certificate NAME] [--login USER PASSWORD] [--watch FILE]

Writes its port to FOLDER/port when it listens. Each message whose final dot came in becomes FOLDER/mail-N: two lines with
the envelope, then the bytes as they came, dots undone. FOLDER/fault, read for each connection, says what goes wrong:
    CODE@STAGE     answers so at GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA or END (after the final dot)
    drop@STAGE     closes the connection there without an answer; at END the message is kept
    lose@END       the same, but the message is lost
    drip           the greeting comes byte by byte, a minute of PAPERTAG_CLOCK between them
FOLDER/log has the commands. The certificate is FOLDER/NAME.pem with its key in FOLDER/NAME.key (default: server).
With --watch, FOLDER/watched has the bytes that FILE had when the last final dot came in.
"""
import argparse
import base64
import os
import socket
import ssl
import sys
import threading

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--tls", action="store_true")
parser.add_argument("--starttls", action="store_true")
parser.add_argument("--certificate", default="server")
parser.add_argument("--login", nargs=2)
parser.add_argument("--watch")
options = parser.parse_args()
lock = threading.Lock()
count = 0


def at(name):
    return os.path.join(options.folder, name)


def log(text):
    with lock, open(at("log"), "a") as out:
        out.write(text + "\n")


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(at(options.certificate + ".pem"), at(options.certificate + ".key"))
    return context


class End(Exception):
    pass


class Dialogue:
    def __init__(self, connection):
        self.connection, self.rest = connection, b""
        self.sender, self.recipients, self.secure, self.known = None, [], options.tls, not options.login
        try:
            with open(at("fault")) as file:
                self.fault = file.read().strip()
        except FileNotFoundError:
            self.fault = ""

    def say(self, stage, good):
        what, _, where = self.fault.partition("@")
        if where == stage and what in ("drop", "lose"):
            raise End
        bad = where == stage and what.isdigit()
        self.connection.sendall(((what + " told so") if bad else good).encode() + b"\r\n")
        if bad and what == "421":
            raise End
        return not bad

    def line(self):
        while b"\n" not in self.rest:
            part = self.connection.recv(65536)
            if not part:
                raise End
            self.rest += part
        line, self.rest = self.rest.split(b"\n", 1)
        return line.rstrip(b"\r")

    def drip(self):
        for byte in b"220 slow.example ESMTP\r\n":
            self.connection.sendall(bytes([byte]))
            clock = os.environ["PAPERTAG_CLOCK"]
            with open(clock, "r+") as file:
                now = int(file.read()) + 60000
                file.seek(0)
                file.write("%020d" % now)
            threading.Event().wait(0.05)

    def login(self, words):
        if words[1].upper() == "PLAIN":
            if len(words) < 3:
                self.connection.sendall(b"334 \r\n")
                words.append(self.line().decode())
            given = base64.b64decode(words[2]).split(b"\0")[1:]
        else:
            given = []
            for question in (b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6"):
                self.connection.sendall(b"334 " + question + b"\r\n")
                given.append(base64.b64decode(self.line()))
        if [word.decode() for word in given] != options.login:
            self.connection.sendall(b"535 5.7.8 wrong\r\n")
        else:
            self.known = self.say("AUTH", "235 2.7.0 welcome") or self.known

    def message(self):
        global count
        if not self.say("DATA", "354 go on"):
            return
        body = b""
        while (line := self.line()) != b".":
            body += (line[1:] if line.startswith(b".") else line) + b"\r\n"
        if options.watch:
            with open(at("watched"), "w") as out:
                out.write(str(os.path.getsize(options.watch)))
        if self.fault.startswith("lose@END"):
            raise End
        if not self.fault[:1].isdigit() or not self.fault.endswith("@END"):
            with lock:
                count += 1
                with open(at("mail-%d" % count), "wb") as out:
                    out.write(("%s\n%s\n" % (self.sender, ",".join(self.recipients))).encode() + body)
        self.say("END", "250 2.0.0 taken")
        self.recipients = []

    def run(self):
        if self.fault == "drip":
            self.drip()
        elif not self.say("GREETING", "220 test.example ESMTP"):
            return
        while True:
            line = self.line()
            words = line.decode(errors="replace").split(" ")
            verb = words[0].upper()
            log(verb if verb == "AUTH" else line.decode(errors="replace"))
            if verb in ("EHLO", "HELO"):
                more = ["test.example", "8BITMIME", "SIZE 10000000"]
                more += ["STARTTLS"] if options.starttls and not self.secure else []
                more += ["AUTH PLAIN LOGIN"] if options.login and (self.secure or not options.starttls) else []
                self.say("EHLO", "\r\n".join("250%s%s" % ("-" if i + 1 < len(more) else " ", m) for i, m in enumerate(more)))
            elif verb == "STARTTLS":
                if self.say("STARTTLS", "220 go"):
                    self.connection = tls_context().wrap_socket(self.connection, server_side=True)
                    self.secure = True
            elif verb == "AUTH":
                self.login(words)
            elif verb == "MAIL":
                if not self.known:
                    self.connection.sendall(b"530 5.7.0 log in first\r\n")
                elif self.say("MAIL", "250 ok"):
                    self.sender = line.decode().split(":", 1)[1].split(" ")[0]
            elif verb == "RCPT":
                if self.say("RCPT", "250 ok"):
                    self.recipients.append(line.decode().split(":", 1)[1])
            elif verb == "DATA":
                self.message()
            elif verb == "RSET":
                self.connection.sendall(b"250 ok\r\n")
            elif verb == "QUIT":
                self.connection.sendall(b"221 bye\r\n")
                return
            else:
                self.connection.sendall(b"502 what?\r\n")


def serve(connection):
    try:
        if options.tls:
            connection = tls_context().wrap_socket(connection, server_side=True)
        dialogue = Dialogue(connection)
        connection = None
        try:
            dialogue.run()
        finally:
            dialogue.connection.close()
    except (End, OSError):
        log("(closed)")


listener = socket.create_server(("127.0.0.1", 0))
with open(at("port.part"), "w") as out:
    out.write(str(listener.getsockname()[1]))
os.rename(at("port.part"), at("port"))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
