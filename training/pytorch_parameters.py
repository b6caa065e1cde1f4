"""Hyperparameters of the PyTorch trainer. Where XGBoost has a name for the same thing, it is that name."""

from hyperparameters import Choice, Number, Whole, WholeList, parse

# Defaults are common starting points for tabular networks (AdamW at 1e-3, two layers); a model's definition sets its own.
KNOWN = {
    "epochs": Whole(20, 1, 1000),
    # Rows of a step, over all processes together.
    "batch_size": Whole(4096, 1, 1_000_000),
    "hidden": WholeList((128, 64), 1, 4096),
    "embedding": Whole(8, 1, 256),
    "dropout": Number(0.1, 0, 0.9),
    "learning_rate": Number(1e-3, 1e-6, 1),
    # Share of all steps in which the learning rate rises; it falls as a half cosine over the rest.
    "warmup": Number(0.05, 0, 0.5),
    "weight_decay": Number(1e-5, 0, 1),
    "scale_pos_weight": Number(1, 1e-6, 1e6),
    "seed": Whole(0, 0, 2**31 - 1),
    # Epochs; 0 trains them all.
    "early_stopping_rounds": Whole(5, 0, 1000),
    "eval_metric": Choice(("logloss", "auc")),
    "checkpoint_rounds": Whole(1, 1, 1000),
    # Row groups of the Parquet files that are in memory and mixed at a time.
    "mixed_groups": Whole(8, 1, 1000),
    "device": Choice(("auto", "cpu", "cuda")),
    # bfloat16 where the GPU has it, else float16 with scaled losses; off is float32.
    "amp": Choice(("auto", "off")),
    # Of each host; 0 is one a GPU, and one on the CPU.
    "processes": Whole(0, 0, 64),
    "threads": Whole(0, 0, 1024),
    "objective": Choice(("binary:logistic",)),
}

def parse_parameters(given: dict[str, str]) -> dict:
    """Checked values by name. Raises TrainingError naming the parameter, its range and the value."""
    return parse(given, KNOWN)
