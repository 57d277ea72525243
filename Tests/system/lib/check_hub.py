"""A hub under all that may happen to it and to its daemon: see Tests/system/check-hub.sh."""
import argparse, itertools, multiprocessing, os, shutil
from collections import Counter
import nodes
from check_looks import rewritten
from hub_checks import alerts, anchored, audit_looks, files, look, readers, rebuilt, rows, settled
from hub_server_story import ServerStory
from hub_story import Story
from hub_strangers import strangers
from hubs import Hub
from nodes import *
from postgres import Server

STORIES = {"sqlite": Story, "postgresql": ServerStory}


def play(story):
    """The first steps give something to happen to; fr joins on the way."""
    joins = story.random.randrange(3, story.steps - 2)
    for number, action in enumerate(["publish", "publish"] + story.random.sample(story.actions, story.steps - 2)):
        if number == joins and not story.is_joined:
            story.join()
        story.step(action)


def one(seed, made):
    network = Network(["nl", "be", "fr"])
    story = again = None
    try:
        story = made.story(network, seed)
        story.begin()
        play(story)
        story.calm()
        # Before a hub that is none of the story's has its own looks anchored: that is what an auditor is to find.
        story.stop()
        anchored(story, seed)
        story.start()
        again = Hub(story.be, network.folder + "/again")
        again.start()
        settled(story.hub, again, seed)
        again.stop()
        look(story, story.hub)
        alerts(story, seed)
        readers(story, seed)
        rebuilt(story, seed)
        readers(story, seed)
        found = len(rows(story.hub))
        story.stop()
        files(story, seed)
        for hub in story.hubs:
            audit_looks(hub, seed)
        print(f"seed {seed}: {found} rows as a rebuild has them; {', '.join(story.done[2:])}; "
              f"{len(story.standing)} records stand, {len(story.gone)} are gone", flush=True)
        return story.seen
    except Failed as failure:
        done = story.done if story else []
        raise Failed(f"seed {seed}, after {', '.join(done)}: {failure}" + (story.said() if story else ""))
    finally:
        if again:
            again.kill()
        if story:
            story.close()
        network.close()


class Made:
    """Three nodes that were never started, and a server: their folders are copied for each seed, since making one takes a second and more."""

    def __init__(self, database):
        self.kind = STORIES[database]
        self.network = Network(["nl", "be", "fr"])
        self.server = None
        for node in self.network:
            node.make()
        if database == "postgresql":
            self.server = Server()

    def story(self, network, seed):
        for node in network:
            made = self.network[node.name]
            shutil.copytree(made.data, node.data)
            shutil.copy(made.card, node.card)
            if os.path.exists(made.data + ".token"):
                shutil.copy(made.data + ".token", node.data + ".token")
        return self.kind(network, seed, self.server)

    def close(self):
        self.network.close()
        if self.server:
            self.server.close()


# So many meet all that is there to meet.
SEEDS_THAT_SEE_ALL = 12
PORTS_OF_A_WORKER = 120


def work(number, jobs, arguments, made, results):
    """One seed in `jobs`: most of a story waits, so that several are told at once."""
    if nodes.has_own_ports:
        first = int(os.environ["LIAISON_PORTS"]) + number * PORTS_OF_A_WORKER
        nodes.ports = itertools.cycle(range(first, first + PORTS_OF_A_WORKER))
    end = time.monotonic() + (arguments.seconds or 0)
    done = number

    def body():
        nonlocal done
        for seed in arguments.found[number::jobs]:
            results.put((seed, one(seed, made)))
        while time.monotonic() < end if arguments.seconds else done < arguments.seeds:
            results.put((arguments.first + done, one(arguments.first + done, made)))
            done += jobs
        return 0
    main(body)


def tell_all(arguments, made):
    """Returns how many seeds there were, and what they saw."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    workers = [context.Process(target=work, args=(number, arguments.jobs, arguments, made, results))
               for number in range(arguments.jobs)]
    count, seen = 0, Counter()
    try:
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers) or not results.empty():
            while not results.empty():
                _, found = results.get()
                count += 1
                seen += found
            time.sleep(0.05)
        if any(worker.exitcode for worker in workers):
            raise Failed("see above")
    finally:
        for worker in workers:
            if worker.is_alive():
                worker.terminate()
            if worker.pid:
                worker.join()
    return count, seen


def body():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", "--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=4, help="how many")
    parser.add_argument("--seconds", type=int, help="as many seeds as begin in that time")
    parser.add_argument("--jobs", type=int, default=3, help="so many at once")
    parser.add_argument("--database", choices=STORIES, default="sqlite", help="where the hubs keep their tables")
    parser.add_argument("--only-seeds", action="store_true", help="without the users who may not, and the seeds that found something")
    arguments = parser.parse_args()
    arguments.found = [] if arguments.only_seeds else found_seeds(arguments.database)
    if arguments.database == "sqlite" and not arguments.only_seeds:
        strangers()
        rewritten()
    made = Made(arguments.database)
    try:
        count, seen = tell_all(arguments, made)
    finally:
        made.close()
    meets_all = made.kind.meets_all
    print(f"{count} seeds: the hub's state is that of a rebuild, and its looks pass an audit; "
          + ", ".join(f"{what} {seen[what]}" for what in meets_all))
    missing = [what for what in meets_all if not seen[what]]
    if missing and count >= SEEDS_THAT_SEE_ALL and not arguments.seconds and can_mount():
        raise Failed(f"never seen in {count} seeds: {', '.join(missing)}")
    return 0


def found_seeds(database):
    """Those that a campaign found: they come first."""
    kind = {"sqlite": "story", "postgresql": "postgresql"}[database]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hub-seeds.txt")) as file:
        words = [line.split() for line in file]
    return [int(found[1]) for found in words if found[:1] == [kind]]


def can_mount():
    return os.getuid() == 0 and os.access("/dev/loop-control", os.W_OK)


if __name__ == "__main__":
    main(body)
