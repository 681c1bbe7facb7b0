"""Make the environments of all peers: `python -m benchmarks.peers`."""

from benchmarks.peers.environments import PEERS, environment_python, installed_versions


def main() -> None:
    """Make what is missing and say what is there."""
    for peer in PEERS.values():
        environment_python(peer)
        versions = installed_versions(peer)
        print(", ".join(f"{name} {version}" for name, version in versions.items()))


if __name__ == "__main__":
    main()
