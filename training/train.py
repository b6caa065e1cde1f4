"""The training program: runs the trainer of the model's container under the training container contract.

The container is the hyperparameter ``container``, else ``COALMINE_CONTAINER``, else ``xgboost``.
"""

import sys

import contract
import packages

CONTAINERS = ("xgboost", "pytorch")


def container_of(given: dict[str, str], environment: dict) -> str:
    """Raises TrainingError for a container that does not exist."""
    name = given.get("container") or environment.get("COALMINE_CONTAINER") or CONTAINERS[0]
    if name not in CONTAINERS:
        raise contract.TrainingError(f"hyperparameter container: expected {' or '.join(CONTAINERS)}, got '{name}'")
    return name


def main(environment: dict) -> int:
    paths = contract.paths_from(environment)
    stop = contract.Stop().listen()

    def train() -> None:
        given = contract.read_hyperparameters(paths)
        container = container_of(given, environment)
        signature = contract.read_signature(paths)
        packages.ensure(container, paths)
        # Imported here: each container has the packages of its own trainer only.
        if container == "xgboost":
            import xgboost_trainer as trainer
        else:
            import pytorch_trainer as trainer
        trained = trainer.train(paths, given, signature, stop)
        # Nothing, where another process writes the model.
        if trained is not None:
            contract.write_model(paths, trained, signature, given)

    return contract.run(paths, train)


if __name__ == "__main__":
    sys.exit(main(contract.environment()))
