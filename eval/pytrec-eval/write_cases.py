"""Random rankings and labels, with what pytrec_eval (Van Gysel and de Rijke, 2018) makes of them, one case a line.

    write_cases.py SEED COUNT > cases.jsonl
"""

import json
import random
import sys

import pytrec_eval

MEASURES = {
    "recall@1": "recall_1",
    "recall@5": "recall_5",
    "recall@10": "recall_10",
    "ndcg@10": "ndcg_cut_10",
}


def random_case(rng):
    documents = [f"d{i}" for i in range(rng.randint(1, 30))]
    ranking = rng.sample(documents, rng.randint(1, len(documents)))
    labelled = rng.sample(documents, rng.randint(1, min(12, len(documents))))
    labels = {document: rng.choice([-1, 0, 1, 1, 2, 3]) for document in labelled}
    labels[rng.choice(labelled)] = rng.randint(1, 3)
    return ranking, labels


def evaluate(ranking, labels):
    def scores_of(documents, measures):
        evaluator = pytrec_eval.RelevanceEvaluator({"q": labels}, measures)
        return evaluator.evaluate({"q": {document: float(-rank) for rank, document in enumerate(documents)}})["q"]

    scores = scores_of(ranking, {"recall.1,5,10", "ndcg_cut.10"})
    # trec_eval has no cut of the reciprocal rank: it is that of the first ten alone.
    first_ten = scores_of(ranking[:10], {"recip_rank"})
    return {name: scores[measure] for name, measure in MEASURES.items()} | {"mrr@10": first_ten["recip_rank"]}


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        ranking, labels = random_case(rng)
        print(json.dumps({"ranking": ranking, "labels": labels, "scores": evaluate(ranking, labels)}))


main()
