"""Models in ONNX with what ONNX Runtime predicts of them: python onnx_models.py FOLDER [ROWS [CASE …]]

Made with the versions of onnx_requirements.txt; onnx_live.sh makes fresh ones and checks them. A
case is name.onnx and name.csv (its form: test/unit/test_onnx.c). Cases that the
installed converters cannot make are left out with a word about it.
"""
import pathlib
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import sklearn
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import (AdaBoostClassifier, AdaBoostRegressor, BaggingClassifier, BaggingRegressor,
                              ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier,
                              GradientBoostingRegressor, HistGradientBoostingClassifier,
                              HistGradientBoostingRegressor, IsolationForest,
                              RandomForestClassifier, RandomForestRegressor, StackingClassifier,
                              StackingRegressor, VotingClassifier, VotingRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (ElasticNet, LinearRegression, LogisticRegression, Ridge,
                                  RidgeClassifier)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (Binarizer, KBinsDiscretizer, MinMaxScaler, Normalizer, OneHotEncoder,
                                   OrdinalEncoder, PolynomialFeatures, PowerTransformer, RobustScaler,
                                   StandardScaler)
from sklearn.svm import SVC, SVR, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(sys.argv[1])
FOLDER.mkdir(parents=True, exist_ok=True)
ROWS = int(sys.argv[2]) if len(sys.argv) > 2 else 40
ONLY = sys.argv[3:]
TREES = 5 if ROWS < 1000 else 100  # fixtures are small
TRAIN = 1000
make_attribute = helper.make_attribute


def plain_attribute(name, value, *more, **options):
    """skl2onnx gives booleans for integers, which newer versions of onnx refuse."""
    if name == "nodes_missing_value_tracks_true":
        value = [int(v) for v in value]
    return make_attribute(name, value, *more, **options)


helper.make_attribute = plain_attribute
KINDS = {"float": ("float4", FloatTensorType), "text": ("varchar", StringTensorType),
         "int": ("int8", Int64TensorType)}


def rows(count, seed, missing, strange):
    r = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "age": r.normal(40, 12, count).astype("f4"),
        "income": np.exp(r.normal(3, 1, count)).astype("f4"),
        "plan": r.choice(["free", "basic", "gold"] + (["other"] if strange else []), count),
        "visits": r.integers(0, 6 if strange else 5, count),
    })
    if missing:
        frame.loc[r.random(count) < 0.1, "age"] = np.nan
    return frame


KIND = {"age": "float", "income": "float", "plan": "text", "visits": "int"}
train = rows(TRAIN, 1, True, False)
signal = (train.age.fillna(30) / 10 + np.log(train.income) * 2 + (train.plan == "gold") * 3
          + train.visits + np.random.default_rng(2).normal(size=TRAIN)).to_numpy()
number = signal
two = (signal > np.median(signal)).astype(int)
three = np.digitize(signal, np.quantile(signal, [0.4, 0.7]))
words = np.array(["no", "yes"])[two]


def text(value):
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value))
    return str(value)


def write(name, model, frame, kinds, returns, hard=False, number_of=1):
    session = onnxruntime.InferenceSession(model.SerializeToString(),
                                           providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    if len(inputs) == 1:
        wide = inputs[0].type == "tensor(double)"
        feed = {inputs[0].name: frame.to_numpy(dtype="f8" if wide else "f4")}
    else:
        cast = {"float": "f4", "text": object, "int": "i8"}
        feed = {c: frame[[c]].to_numpy(dtype=cast[kinds[c]]) for c in frame.columns}
    outputs = session.run(None, feed)
    labels = ["-"] * len(frame)
    numbers = outputs[-1]
    if isinstance(numbers, list):
        numbers = np.array([[row[k] for k in numbers[0]] for row in numbers])
    numbers = np.asarray(numbers).reshape(len(frame), -1)
    if hard:  # scores that are no probabilities: 1 for the class, 0 for the others
        numbers = (np.ravel(outputs[0])[:, None] == np.unique(outputs[0])[None]).astype("f8")
    if returns not in ("float8", "float4"):
        labels = np.ravel(outputs[0]) if len(outputs) > 1 else numbers.argmax(axis=1)
    elif numbers.shape[1] == 2:
        numbers = numbers[:, number_of:number_of + 1]
    lines = [",".join(KINDS[kinds[c]][0] for c in frame.columns) + f";{returns};{numbers.shape[1]}"]
    for i, row in enumerate(frame.itertuples(index=False)):
        lines.append(",".join([text(v) for v in row] + [str(labels[i])]
                              + [repr(float(v)) for v in numbers[i]]))
    (FOLDER / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())
    print(name, len(frame), "rows,", (FOLDER / f"{name}.onnx").stat().st_size, "bytes")


def case(name, make, frame, kinds, returns, hard=False, number_of=1):
    if ONLY and name not in ONLY:
        return
    try:
        model = make()
    except Exception as why:  # a converter that does not know this version of the library
        print(name, "left out:", str(why).splitlines()[0][:120])
        return
    write(name, model, frame, kinds, returns, hard, number_of)


def refused(name, make, message, hint, returns="float8"):
    """A file that is refused: a part of the error's message, and of its hint."""
    if ONLY and name not in ONLY:
        return
    (FOLDER / f"{name}.onnx").write_bytes(make().SerializeToString())
    (FOLDER / f"{name}.refused").write_text(f"float4,float4,float4;{returns};1\n{message}\n{hint}\n")
    print(name, "refused")


def named(columns):
    return [(c, KINDS[KIND[c]][1]([None, 1])) for c in columns]


def columns_of(encoder=None):
    return ColumnTransformer([
        ("scaled", make_pipeline(SimpleImputer(), StandardScaler()), ["age"]),
        ("ranged", MinMaxScaler(), ["income"]),
        ("hot", encoder or OneHotEncoder(handle_unknown="ignore"), ["plan", "visits"])])


def pipeline(name, learner, target, returns, prepare=None, options=None, hard=False, table=train,
             frame=None, size=TRAIN):
    frame = rows(ROWS, 3, True, True) if frame is None else frame
    case(name, lambda: to_onnx(make_pipeline(prepare or columns_of(), learner).fit(table[:size], target[:size]),
                               initial_types=named(train.columns), options=options),
         frame, KIND, returns, hard)


small = MLPClassifier((8,), max_iter=60, random_state=1)
pipeline("logistic", LogisticRegression(), two, "int4")
pipeline("logistic_value", LogisticRegression(), two, "float8")
pipeline("logistic_words", LogisticRegression(), words, "varchar", options={"zipmap": False})
pipeline("logistic_three", LogisticRegression(), three, "int4")
pipeline("linear", LinearRegression(), number, "float8")
pipeline("ridge", Ridge(), number, "float8")
pipeline("elastic_net", ElasticNet(alpha=0.1), number, "float8", prepare=ColumnTransformer([
    ("robust", make_pipeline(SimpleImputer(), RobustScaler()), ["age"]),
    ("above", Binarizer(threshold=20.0), ["income"]),
    ("hot", OneHotEncoder(handle_unknown="ignore"), ["plan"]),
    ("left", "passthrough", ["visits"])]))
pipeline("net_two", small, two, "int4")
pipeline("net_three", small, three, "int4")
pipeline("net_number", MLPRegressor((8, 4), activation="tanh", max_iter=200, random_state=1),
         number, "float8")
pipeline("net_logistic", MLPRegressor((8,), activation="logistic", max_iter=200, random_state=1),
         number, "float8")
pipeline("forest_two", RandomForestClassifier(TREES, max_depth=4, random_state=1), two, "int4")
pipeline("forest_three", RandomForestClassifier(TREES, max_depth=4, random_state=1), three, "int4")
pipeline("forest_number", RandomForestRegressor(TREES, max_depth=4, random_state=1), number, "float8")
pipeline("ordinal", GradientBoostingRegressor(n_estimators=TREES, random_state=1), number, "float8",
         prepare=ColumnTransformer([
             ("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
              ["plan", "visits"]),
             ("filled", SimpleImputer(), ["age"]), ("robust", RobustScaler(), ["income"])]))
pipeline("ordinal_logistic", LogisticRegression(), two, "int4", prepare=ColumnTransformer([
    ("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["plan"]),
    ("filled", make_pipeline(SimpleImputer(), StandardScaler()), ["age"])]))

PLAIN = ["age", "income", "visits"]


def with_edges(frame):
    """Rows of zeros, of numbers below 0, missing and infinite ones."""
    frame, r = frame.copy(), np.random.default_rng(11)
    frame.iloc[::7] = -frame.iloc[::7]
    frame.iloc[::9] = 0
    frame.iloc[4::9] = -1
    for column in PLAIN:
        for value in (np.nan, np.inf, -np.inf, 0, 1e15):
            frame.loc[r.random(len(frame)) < 0.03, column] = value
    return frame


def plain(name, learner, target, returns, missing=False, make=None, hard=False, positive=False,
          edges=False, few=TRAIN, number_of=1):
    frame = rows(ROWS, 4, missing, False)[PLAIN].astype("f4")
    table = train[PLAIN].astype("f4")
    if not missing:
        table = table.fillna(30)
    if positive:
        frame, table = frame.abs() + np.float32(0.25), table.abs() + np.float32(0.25)
    if edges:
        frame = with_edges(frame)
    kinds = dict.fromkeys(PLAIN, "float")
    make = make or (lambda m: to_onnx(m, table.to_numpy()[:1]))
    case(name, lambda: make(learner.fit(table.to_numpy()[:few], target if target is None else target[:few])),
         frame, kinds, returns, hard, number_of)


boost = {"n_estimators": TREES, "max_depth": 3, "random_state": 1}
plain("gradient_two", GradientBoostingClassifier(**boost), two, "int4")
plain("gradient_three", GradientBoostingClassifier(**boost), three, "int4")
plain("gradient_number", GradientBoostingRegressor(**boost), number, "float8")
plain("extra_two", ExtraTreesClassifier(TREES, max_depth=4, random_state=1), two, "int4")
plain("extra_number", ExtraTreesRegressor(TREES, max_depth=4, random_state=1), number, "float8")
plain("tree_three", DecisionTreeClassifier(max_depth=5), three, "int4")
plain("tree_number", DecisionTreeRegressor(max_depth=6), number, "float8")
hist = {"max_iter": TREES, "max_leaf_nodes": 8, "random_state": 1}
plain("hist_two", HistGradientBoostingClassifier(**hist), two, "int4", missing=True)
plain("hist_three", HistGradientBoostingClassifier(**hist), three, "int4", missing=True)
plain("hist_number", HistGradientBoostingRegressor(**hist), number, "float8", missing=True)


def boosters():
    import lightgbm
    import xgboost
    from onnxmltools.convert import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType as Floats
    kind = [("X", Floats([None, len(PLAIN)]))]
    for word, convert, learners in (
            ("xgboost", convert_xgboost, (xgboost.XGBRegressor, xgboost.XGBClassifier)),
            ("lightgbm", convert_lightgbm, (lightgbm.LGBMRegressor, lightgbm.LGBMClassifier))):
        more = {"verbose": -1} if word == "lightgbm" else {}
        made = lambda m, c=convert: c(m, initial_types=kind, target_opset=15)
        plain(word + "_number", learners[0](**boost, **more), number, "float8", True, made)
        plain(word + "_two", learners[1](**boost, **more), two, "int4", True, made)
        plain(word + "_three", learners[1](**boost, **more), three, "int4", True, made)


def without_texts(frame):
    """Some plans are missing: to scikit-learn's converter an empty text, here NULL."""
    frame = frame.copy()
    frame.loc[np.random.default_rng(8).random(len(frame)) < 0.15, "plan"] = ""
    return frame


def text_imputers():
    table, frame = without_texts(train), without_texts(rows(ROWS, 9, True, True))
    for name, learner, fill, encoder in (
            ("text_most_frequent", Ridge(), {"strategy": "most_frequent"}, OneHotEncoder(handle_unknown="ignore")),
            ("text_constant", GradientBoostingRegressor(n_estimators=TREES, random_state=1),
             {"strategy": "constant", "fill_value": "none"},
             OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1))):
        pipeline(name, learner, number, "float8", prepare=ColumnTransformer([
            ("filled", SimpleImputer(), ["age", "income"]),
            ("texts", make_pipeline(SimpleImputer(missing_values="", **fill), encoder), ["plan"]),
            ("left", "passthrough", ["visits"])]), table=table, frame=frame)


def indicators():
    """skl2onnx writes no indicators of missing numbers; ONNX Runtime predicts without them."""
    table = train[PLAIN].astype("f4").to_numpy()
    for name, learner in (("linear", Ridge()), ("trees", RandomForestRegressor(3, max_depth=4, random_state=1)),
                          ("vectors", SVR(C=0.01))):
        model = make_pipeline(SimpleImputer(add_indicator=True), learner)
        model.fit(table[:100], (number + 5 * np.isnan(table[:, 0]))[:100])
        refused("indicators_" + name, lambda m=model: to_onnx(m, table[:1]),
                "it expects columns that the file does not make", "add_indicator")


def linear_scores():
    """Linear classifiers that give no probabilities."""
    plain("linear_svc", LinearSVC(), two, "int4", hard=True)
    plain("linear_svc_value", LinearSVC(), two, "float8")
    plain("linear_svc_words", LinearSVC(), words, "varchar", hard=True)
    plain("linear_svc_three", LinearSVC(), three, "int4", hard=True)
    pipeline("ridge_classifier", RidgeClassifier(), two, "int4", hard=True)


def several():
    """Models made of several learners: sums, averages, votes, calibrations, models of predictions."""
    many = 3 if ROWS < 1000 else 20
    deep = 3 if ROWS < 1000 else 8
    tree, branches = DecisionTreeClassifier(max_depth=2, random_state=1), {"max_depth": deep, "random_state": 1}
    forest = RandomForestClassifier(many, **branches)
    forests = RandomForestRegressor(many, **branches)
    gradient = GradientBoostingClassifier(n_estimators=many, max_depth=2, random_state=1)
    few, plain_options = {"n_estimators": many, "random_state": 1}, {"zipmap": False}

    def several_of(name, learner, target, returns, opset=None, hard=False, options=True):
        made = lambda m: to_onnx(m, np.zeros((1, 3), "f4"), target_opset=opset,
                                 options={id(m): plain_options} if options else None)
        plain(name, learner, target, returns, make=made, hard=hard)

    def votes(*learners, **more):
        more.setdefault("weights", np.ones(len(learners)))
        return VotingClassifier(list(zip("abc", learners)), flatten_transform=False, **more)

    trees = DecisionTreeRegressor(max_depth=deep, random_state=1)
    several_of("bagging_number", BaggingRegressor(trees, **few), number, "float8", options=False)
    for word, target in (("two", two), ("three", three)):
        several_of("bagging_" + word, BaggingClassifier(tree, **few), target, "int4")
        several_of("bagging_linear_" + word,
                   BaggingClassifier(LogisticRegression(), max_features=2, **few), target, "int4")
        several_of("ada_" + word, AdaBoostClassifier(tree, **few), target, "int4")
        if tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 6):  # its default then
            several_of("ada_real_" + word, AdaBoostClassifier(tree, algorithm="SAMME.R", **few), target, "int4")
        several_of("vote_" + word, votes(LogisticRegression(), forest, gradient, voting="soft"),
                   target, "int4")
        several_of("vote_hard_" + word, votes(LogisticRegression(), gradient, tree, voting="hard"),
                   target, "int4")
        several_of("calibrated_" + word, CalibratedClassifierCV(forest, cv=2), target, "int4")
        several_of("calibrated_linear_" + word, CalibratedClassifierCV(LogisticRegression(), cv=2),
                   target, "int4")
        several_of("stack_" + word, StackingClassifier([("a", LogisticRegression()), ("b", forest)],
                                                       cv=2), target, "int4")
    several_of("vote_number", VotingRegressor([("a", LinearRegression()), ("b", forests)],
                                              weights=np.array([1.0, 3.0])), number, "float8",
               options=False)
    several_of("stack_number", StackingRegressor([("a", LinearRegression()), ("b", forests)], cv=2),
               number, "float8", options=False)
    several_of("rest_linear", OneVsRestClassifier(LogisticRegression()), three, "int4")
    several_of("rest_gradient", OneVsRestClassifier(gradient), three, "int4")
    several_of("rest_words", OneVsRestClassifier(LogisticRegression()), np.array(["a", "b", "c"])[three],
               "varchar")
    for opset, name in ((15, "rest_norm_15"), (18, "rest_norm_18")):  # LpNormalization in them
        several_of(name + "_two", OneVsRestClassifier(LogisticRegression()), two, "int4",
                   opset={"": opset, "ai.onnx.ml": 3})
        several_of(name + "_three", OneVsRestClassifier(gradient), three, "int4",
                   opset={"": opset, "ai.onnx.ml": 3})
    isolation = IsolationForest(max_samples=20 if ROWS < 1000 else 256, **few)
    old = {"": 18, "ai.onnx.ml": 3}
    several_of("isolation", isolation, None, "int4", opset=old, hard=True, options=False)
    several_of("isolation_score", isolation, None, "float8", opset=old, options=False)


def equal_votes():
    """Forests whose trees are often of two minds, as many for either class."""
    r = np.random.default_rng(10)
    table, frame = r.normal(size=(40, 3)).round(1), pd.DataFrame(r.normal(size=(ROWS, 3)).round(1), columns=PLAIN)
    kinds = dict.fromkeys(PLAIN, "float")
    for word, count in (("two", 2), ("three", 3)):
        forest = RandomForestClassifier(6, random_state=1).fit(table, r.integers(0, count, 40))
        options = {id(forest): {"zipmap": False}}
        case("votes_" + word, lambda: to_onnx(forest, np.zeros((1, 3), "f4"), options=options), frame.astype("f4"),
             kinds, "int4")


def left_out():
    """Models of several learners that no sums and links make."""
    table = train[PLAIN].astype("f4").fillna(30).to_numpy()
    pure = DecisionTreeClassifier(max_depth=2, random_state=1)
    few = {"n_estimators": 3, "random_state": 1}
    made = lambda m, target: lambda: to_onnx(m.fit(table, target), table[:1])
    refused("ada_number", made(AdaBoostRegressor(DecisionTreeRegressor(max_depth=2), **few), number),
            'operator "TopK"', "weighted median")
    refused("calibrated_isotonic", made(CalibratedClassifierCV(LogisticRegression(), cv=2,
                                                               method="isotonic"), two),
            'operator "Clip"', "method='sigmoid' it is read", "int4")
    refused("stack_trees", made(StackingClassifier([("a", LogisticRegression()), ("b", pure)], pure,
                                                   cv=2), two),
            "not made of the model's columns alone", "CREATE MODEL … SAGEMAKER", "int4")


def behind():
    """What converters put behind a learner of XGBoost's or LightGBM's."""
    import lightgbm
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType as Table

    types = [("x", Table([None, 3]))]
    counts = np.floor(np.exp(number / number.max() * 3))
    for goal in ("count:poisson", "reg:tweedie", "reg:gamma"):
        plain("xgboost_" + goal[goal.index(":") + 1:],
              xgboost.XGBRegressor(objective=goal, **boost), counts, "float8", True,
              lambda m: onnxmltools.convert_xgboost(m, initial_types=types))
    quiet = {"verbose": -1, "num_leaves": 4, **boost}
    for word, target in (("two", two), ("three", three)):
        plain("lightgbm_plain_" + word, lightgbm.LGBMClassifier(**quiet), target, "int4", True,
              lambda m: onnxmltools.convert_lightgbm(m, initial_types=types, zipmap=False))
    plain("lightgbm_one_tree", lightgbm.LGBMClassifier(verbose=-1, num_leaves=4, n_estimators=1),
          (number > np.quantile(number, 0.05)).astype(int), "int4", True,
          lambda m: onnxmltools.convert_lightgbm(m, initial_types=types, zipmap=False))
    bagged = lightgbm.LGBMRegressor(boosting_type="rf", bagging_freq=1, bagging_fraction=0.5, **quiet)
    bagged.fit(train[PLAIN].to_numpy(dtype="f4"), number)
    refused("lightgbm_forest", lambda: onnxmltools.convert_lightgbm(bagged, initial_types=types),
            "divides by 100", 'save_model("model.txt")')
    plain("lightgbm_split", lightgbm.LGBMRegressor(**quiet), number, "float8", True,
          lambda m: onnxmltools.convert_lightgbm(m, initial_types=types, split=2))


def derived():
    """Columns made of several, before linear models and before trees."""
    trees = {"max_depth": 4, "random_state": 1}
    for name, prepare in (
            ("pca", lambda: make_pipeline(StandardScaler(), PCA(2))),
            ("whitened", lambda: PCA(3, whiten=True)),
            ("svd", lambda: TruncatedSVD(2)),
            ("polynomial", lambda: make_pipeline(StandardScaler(), PolynomialFeatures(3))),
            ("interactions", lambda: PolynomialFeatures(2, interaction_only=True, include_bias=False)),
            ("norm_l1", lambda: Normalizer("l1")),
            ("norm_l2", lambda: Normalizer("l2")),
            ("norm_max", lambda: Normalizer("max")),
            ("bins_ordinal", lambda: KBinsDiscretizer(5, encode="ordinal")),
            ("bins_hot", lambda: KBinsDiscretizer(5, encode="onehot-dense", strategy="uniform")),
            ("yeo_johnson", lambda: PowerTransformer()),
            ("box_cox", lambda: PowerTransformer(method="box-cox")),
            ("clipped", lambda: MinMaxScaler(clip=True))):
        positive = name == "box_cox"
        plain(name + "_ridge", make_pipeline(prepare(), Ridge()), number, "float8", positive=positive)
        plain(name + "_tree", make_pipeline(prepare(), DecisionTreeRegressor(**trees)), number, "float8",
              positive=positive, edges=True)
    pipeline("pca_columns", GradientBoostingRegressor(n_estimators=TREES, random_state=1), number, "float8",
             prepare=ColumnTransformer([
                 ("components", make_pipeline(SimpleImputer(), StandardScaler(), PCA(2)), ["age", "income"]),
                 ("hot", OneHotEncoder(handle_unknown="ignore"), ["plan", "visits"])]))
    pipeline("products_of_categories", LogisticRegression(max_iter=1000), two, "int4", prepare=make_pipeline(
        ColumnTransformer([
            ("scaled", make_pipeline(SimpleImputer(), StandardScaler()), ["age"]),
            ("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["visits"]),
            ("hot", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["plan"])]),
        PolynomialFeatures(2)))


def machines():
    """Support vector machines. Of two classes their score has the other sign in the file."""
    scaled = lambda learner: make_pipeline(StandardScaler(), learner)
    few = 60 if ROWS < 1000 else 300  # of more the sums of ONNX Runtime's float32 are off by as much as may be
    for kernel, more in (("rbf", {}), ("sigmoid", {"gamma": 0.1}), ("linear", {})):
        plain("svr_" + kernel, scaled(SVR(kernel=kernel, **more)), number, "float8", few=few)
        plain("svc_" + kernel, scaled(SVC(kernel=kernel, **more)), two, "int4", hard=True, few=few)
    plain("svc_value", scaled(SVC()), two, "float8", few=few, number_of=0)
    plain("svc_words", scaled(SVC(C=0.5)), words, "varchar", hard=True, few=few)
    pipeline("svr_columns", SVR(), number, "float8", size=300)
    table = train[PLAIN].astype("f4").fillna(30).to_numpy()[:60]
    made = lambda m, target: lambda: to_onnx(m.fit(table, target[:60]), table[:1])
    refused("svc_probability", made(SVC(probability=True), two), "its probabilities", "probability=False", "int4")
    refused("svc_three", made(SVC(), three), "more than two classes", "LinearSVC", "int4")
    refused("svr_poly", made(SVR(kernel="poly"), number), "a polynomial kernel", "PolynomialFeatures")
    refused("svr_large", made(scaled(SVR(C=1000)), number), "rounding tells", "smaller C")


def tensor(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def hand_made():
    """A net as other frameworks write it, and trees with every mode of branches."""
    r = np.random.default_rng(5)
    w1, b1 = r.normal(size=(6, 3)).astype("f4") / 20, r.normal(size=6).astype("f4")
    w2, b2 = r.normal(size=(3, 6)).astype("f4"), r.normal(size=3).astype("f4")
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["X", "w1", "b1"], ["h"], transB=1),
         helper.make_node("BatchNormalization", ["h", "s", "t", "m", "v"], ["n"]),
         helper.make_node("Relu", ["n"], ["a"]),
         helper.make_node("Mul", ["a", "half"], ["d"]),
         helper.make_node("Gemm", ["d", "w2", "b2"], ["z"], transB=1),
         helper.make_node("Softmax", ["z"], ["p"], axis=1)],
        "net", [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 3])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 3])],
        [tensor("w1", w1), tensor("b1", b1), tensor("w2", w2), tensor("b2", b2),
         tensor("half", np.float32(0.5)), tensor("s", np.full(6, 1.5, "f4")),
         tensor("t", np.full(6, 0.1, "f4")), tensor("m", b1 / 2), tensor("v", np.full(6, 2, "f4"))])
    net = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    frame = rows(ROWS, 6, False, False)[PLAIN].astype("f4")
    case("torch_like", lambda: net, frame, dict.fromkeys(PLAIN, "float"), "int4")

    modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE", "BRANCH_EQ", "BRANCH_NEQ"]
    n = {k: [] for k in ("tree", "id", "feature", "mode", "value", "yes", "no", "missing")}
    leaves = []
    for t, mode in enumerate(modes * 2):
        feature = 2 if mode in ("BRANCH_EQ", "BRANCH_NEQ") else 0
        for i in range(3):
            n["tree"].append(t)
            n["id"].append(i)
            n["feature"].append(feature if i == 0 else 0)
            n["mode"].append(mode if i == 0 else "LEAF")
            n["value"].append((3.0 if feature == 2 else 40.0) if i == 0 else 0.0)
            n["yes"].append(1 if i == 0 else 0)
            n["no"].append(2 if i == 0 else 0)
            n["missing"].append(int(t >= len(modes)) if i == 0 else 0)
        leaves += [(t, 1, 2.0 ** t), (t, 2, -2.0 ** -t)]
    for aggregate in ("SUM", "AVERAGE"):
        node = helper.make_node(
            "TreeEnsembleRegressor", ["X"], ["y"], domain="ai.onnx.ml", n_targets=1,
            nodes_treeids=n["tree"], nodes_nodeids=n["id"], nodes_featureids=n["feature"],
            nodes_modes=n["mode"], nodes_values=n["value"], nodes_truenodeids=n["yes"],
            nodes_falsenodeids=n["no"], nodes_missing_value_tracks_true=n["missing"],
            target_treeids=[l[0] for l in leaves], target_nodeids=[l[1] for l in leaves],
            target_ids=[0] * len(leaves), target_weights=[l[2] for l in leaves],
            aggregate_function=aggregate, base_values=[0.25])
        graph = helper.make_graph(
            [node], "trees", [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 3])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])])
        model = helper.make_model(graph, ir_version=8, opset_imports=[
            helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 3)])
        frame = rows(ROWS, 7, True, False)[PLAIN].astype({"age": "f4", "visits": "i8"})
        kinds = {"age": "float", "income": "float", "visits": "int"}
        case("modes_" + aggregate.lower(), lambda m=model: m, frame, kinds, "float8")


def of_class(name, weights, ids, after, base=None, why=None, hint="Serve", catboost=False,
             labels=(5, 3)):
    """Trees of one split each, with leaves of two classes as no, or one, library writes them."""
    leaves = [(t, 1 + i, c, w) for t, tree in enumerate(weights) for i, leaf in enumerate(tree)
              for c, w in zip(ids, leaf)]
    count = len(weights)
    more = {} if base is None else {"base_values": base}
    node = helper.make_node(
        "TreeEnsembleClassifier", ["X"], ["label", "p"], domain="ai.onnx.ml",
        nodes_treeids=np.repeat(range(count), 3), nodes_nodeids=[0, 1, 2] * count,
        nodes_featureids=[0, 0, 0] * count,
        nodes_values=np.ravel([(35.0 + 5 * t, 0.0, 0.0) for t in range(count)]),
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"] * count, nodes_truenodeids=[1, 0, 0] * count,
        nodes_falsenodeids=[2, 0, 0] * count, class_treeids=[l[0] for l in leaves],
        class_nodeids=[l[1] for l in leaves], class_ids=[l[2] for l in leaves],
        class_weights=[float(l[3]) for l in leaves], post_transform=after, classlabels_int64s=labels,
        **more)
    graph = helper.make_graph(
        [node], "trees", [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 3])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
         helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 2])])
    model = helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 3)],
        producer_name="CatBoost" if catboost else "")
    if why:
        return refused(name, lambda: model, why, hint, "int4")
    case(name, lambda: model, rows(ROWS, 9, False, False)[PLAIN].astype("f4"),
         dict.fromkeys(PLAIN, "float"), "int4")


def two_classes():
    """ONNX Runtime's rules for trees of two classes."""
    above = [[[0.6], [0.9]], [[0.1], [0.3]]]
    below = [[[-0.7], [0.4]], [[-0.2], [0.5]]]
    low = [[[0.1], [0.9]]]
    mirrored = [[[-0.7, 0.7], [0.4, -0.4]], [[-0.2, 0.2], [0.5, -0.5]]]
    label = "label is not that of the higher probability"
    of_class("first_logistic_above", above, [0], "LOGISTIC")
    of_class("first_logistic_base", above, [0], "LOGISTIC", [-2.0])
    of_class("first_softmax_above", [[[0.1], [0.9]]], [0], "SOFTMAX")
    of_class("first_logistic_low", low, [0], "LOGISTIC", None, label)
    of_class("first_probit", above, [0], "PROBIT", None, "post_transform")
    of_class("first_bases", below, [0], "LOGISTIC", [0.1, 0.25], "base_values")
    of_class("second_softmax", below, [1], "SOFTMAX")
    of_class("second_softmax_low", low, [1], "SOFTMAX", None, label)
    of_class("second_logistic", below, [1], "LOGISTIC", None, "weights of the second class only")
    of_class("second_plain", low, [1], "NONE", None, "weights of the second class only")
    of_class("second_base", below, [1], "SOFTMAX", [0.1], "base_values")
    whole = {"labels": (0, 1)}
    of_class("both_logistic", mirrored, [0, 1], "LOGISTIC", **whole)
    of_class("both_softmax", mirrored, [0, 1], "SOFTMAX", **whole)
    of_class("both_plain", [[[0.9, 0.1], [0.3, 0.7]]], [0, 1], "NONE", None, label, **whole)
    of_class("both_pure", [[[1.0, 0.0], [0.0, 1.0]]], [0, 1], "NONE", **whole)
    of_class("both_apart", [[[-0.3, 0.7], [0.9, 0.2]]], [0, 1], "SOFTMAX", None, label, **whole)
    of_class("both_labels", mirrored, [0, 1], "LOGISTIC", None, "in place of its labels")
    of_class("both_bases", mirrored, [0, 1], "LOGISTIC", [-0.8, 0.8], "base_values", "model.cbm", True)


def opset_5():
    """TreeEnsemble: leaves apart from nodes, every mode, sets of values, a tree that is a leaf."""
    modes = ["LEQ", "LT", "GTE", "GT", "EQ", "NEQ", "MEMBER"]
    n = {k: [] for k in ("feature", "mode", "split", "yes", "no", "yes_leaf", "no_leaf", "missing")}
    roots, weights, targets, members = [], [], [], []

    def node(feature, mode, split, yes, no, missing):
        """A child is (leaf?, index)."""
        for key, value in zip(n, (feature, modes.index(mode), split, yes[1], no[1], yes[0], no[0], missing)):
            n[key].append(int(value) if key != "split" else value)
        return 0, len(n["mode"]) - 1

    def leaf(weight, target=0):
        weights.append(weight)
        targets.append(target)
        return 1, len(weights) - 1

    for repeat in range(2):  # the second time missing values go the way of what passes
        for t, mode in enumerate(modes):
            whole = mode in ("EQ", "NEQ", "MEMBER")
            below = node(0, "LEQ", 35.5, leaf(0.5 + t, t % 3), leaf(-0.25 * t, 1), repeat)
            root = node(2 if whole else 1 - t % 2, mode, 3.0 if whole else 22.5 + t, below,
                        leaf(2.0 ** -t, 2), repeat)
            members += [0.0, 3.0, 4.0, float("nan")] if mode == "MEMBER" else []
            roots.append(root[1])
    alone = leaf(0.125)
    roots.append(node(0, "LEQ", 0.0, alone, alone, 0)[1])
    kinds = {"age": "float", "income": "float", "visits": "int"}
    for name, targets_count, element in (
            ("opset_5", 1, TensorProto.FLOAT), ("opset_5_mean", 1, TensorProto.FLOAT),
            ("opset_5_three", 3, TensorProto.FLOAT),
            ("opset_5_double", 1, TensorProto.DOUBLE)):
        kind = helper.tensor_dtype_to_np_dtype(element)
        made = helper.make_node(
            "TreeEnsemble", ["X"], ["y"], domain="ai.onnx.ml", n_targets=targets_count,
            aggregate_function=0 if name.endswith("mean") else 1,
            tree_roots=roots, nodes_featureids=n["feature"],
            nodes_modes=tensor("m", np.array(n["mode"], "u1")),
            nodes_splits=tensor("s", np.array(n["split"], kind)), nodes_truenodeids=n["yes"],
            nodes_falsenodeids=n["no"], nodes_trueleafs=n["yes_leaf"], nodes_falseleafs=n["no_leaf"],
            nodes_missing_value_tracks_true=n["missing"],
            leaf_targetids=[t % targets_count for t in targets],
            leaf_weights=tensor("w", np.array(weights, kind)),
            membership_values=tensor("v", np.array(members, kind)))
        more = [helper.make_node("Softmax", ["y"], ["p"], axis=1)] if targets_count > 1 else []
        graph = helper.make_graph(
            [made] + more, "trees", [helper.make_tensor_value_info("X", element, [None, 3])],
            [helper.make_tensor_value_info("p" if more else "y", element, [None, targets_count])])
        model = helper.make_model(graph, ir_version=9, opset_imports=[
            helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 5)])
        frame = rows(ROWS, 8, True, False)[PLAIN].astype({"age": "f4", "visits": "i8"})
        case(name, lambda m=model: m, frame, kinds, "int4" if more else "float8")


hand_made()
two_classes()
opset_5()
text_imputers()
indicators()
linear_scores()
several()
equal_votes()
left_out()
derived()
machines()
try:
    boosters()
    behind()
except ImportError as why:
    print("boosters left out:", why)
