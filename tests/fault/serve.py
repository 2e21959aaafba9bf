#!/usr/bin/python3
"""Kills `papertag serve` while clients label, undo and undo again, and looks at what is left.

usage: tests/fault/serve.py PROGRAM [--long]

After each kill (200 with --long, else 30) the store must be sound to SQLite and to `doctor`; where nobody undid, it must
have every verdict for which a client got its answer. Prints TAP.
"""
import http.client, json, os, random, shutil, sqlite3, subprocess, sys, tempfile, threading, time

VERDICTS = ("SELECT p.id, t.tag FROM verdicts v JOIN papers p ON p.key = v.paper JOIN tags t ON t.key = v.tag")


def write(connection, port, method, path, body):
    headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


def label(port, tag, undoes, answered):
    """Says yes to a tag on one paper after the other, until the server is gone."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        for i in range(10 ** 6):
            paper = f"sample-{1 + i % 40:02}"
            if write(connection, port, "PUT", f"/api/v1/papers/{paper}/verdicts/{tag}", {"verdict": "yes"}):
                answered.append((paper, tag))
            if undoes and i % 5 == 4:
                write(connection, port, "POST", "/api/v1/undo", {})
    except (OSError, http.client.HTTPException):
        pass  # killed
    finally:
        connection.close()


def kill(program, env, undoes):
    """One run: what is wrong after it, and how many verdicts were answered."""
    server = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE, text=True)
    port = int(server.stdout.readline().rstrip("/\n").rsplit(":", 1)[1])
    answered = []
    clients = [threading.Thread(target=label, args=(port, tag, undoes, answered)) for tag in ("agents", "safety")]
    for client in clients:
        client.start()
    time.sleep(random.uniform(0.02, 0.4))
    server.kill()
    server.wait()
    for client in clients:
        client.join()
    with sqlite3.connect(env["PAPERTAG_DB"]) as db:
        sound, kept = db.execute("PRAGMA integrity_check").fetchone()[0], set(db.execute(VERDICTS))
    db.close()
    if sound != "ok":
        return sound, len(answered)
    if not undoes and set(answered) - kept:
        return f"lost: {set(answered) - kept}", len(answered)
    doctor = subprocess.run([program, "doctor"], env=env, capture_output=True, text=True)
    return doctor.stdout + doctor.stderr if doctor.returncode not in (0, 3) else "", len(answered)


def main():
    program, kills = sys.argv[1], 200 if "--long" in sys.argv else 30
    with tempfile.TemporaryDirectory() as work:
        env = dict(os.environ, PAPERTAG_DB=f"{work}/db")
        subprocess.run([program, "add", "data/sample.jsonl"], env=env, check=True, capture_output=True)
        os.rename(f"{work}/db", f"{work}/base")
        bad = 0
        for number, undoes in ((1, False), (2, True)):
            faults, total = [], 0
            for _ in range(kills // 2):
                for rest in ("", "-wal", "-shm"):
                    if os.path.exists(f"{work}/db{rest}"):
                        os.remove(f"{work}/db{rest}")
                shutil.copy(f"{work}/base", f"{work}/db")
                wrong, count = kill(program, env, undoes)
                faults += [wrong] if wrong else []
                total += count
            bad += bool(faults)
            print(f"{'not ' * bool(faults)}ok {number} serve, labelling{', undoing' * undoes}: {kills // 2} kills, {total} answers")
            for line in faults:
                print("# " + line.strip().replace("\n", "\n# "))
    print("1..2")
    return bad


sys.exit(main())
