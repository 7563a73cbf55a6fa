"""Of results: features, extrapolation, models and what they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    # features
    "The native engine was set aside ({fault:said}); {name} {version} ran instead.": (
        "内置特征引擎未被采用（{fault}）；已改用 {name} {version}。"
    ),
    "its self-test differs from PyRadiomics 3.0.1 by {difference} in {feature}": (
        "自检时特征 {feature} 与 PyRadiomics 3.0.1 相差 {difference}"
    ),
    "{n:number} features are undefined (NaN) in this region: {names}.": "该区域内有 {n} 个特征无定义（NaN）：{names}。",
    "ONE GREY LEVEL {found:said} one bin, so its {n} texture features are constants or functions of the mask and say nothing "
    "of the tissue.": "仅有一个灰度级：{found}同一个灰度级，因此其 {n} 个纹理特征为常数或仅取决于掩膜，不反映组织。",
    "TWO GREY LEVELS {found:said} two bins, so its {n} texture features see one threshold and no texture.": (
        "仅有两个灰度级：{found}两个灰度级，因此其 {n} 个纹理特征只反映一个阈值，不反映纹理。"
    ),
    "in the {image:said}: with a bin width of {bin_width}, {low:number} to {high:number} all fall into": (
        "{image}中，组距为 {bin_width} 时，{low} 至 {high} 全部落入"
    ),
    "original image": "原始图像",
    "image {name}": "图像 {name} ",
    # extrapolation
    "Unusual combination of predictors: squared Mahalanobis distance {distance}; 99 % of the training patients lie within "
    "{limit}. The probability is an extrapolation.": (
        "预测因子的组合不常见：马氏距离平方为 {distance}，而 99 % 的训练患者不超过 {limit}。该概率属于外推。"
    ),
    "Scanner '{scanner}' is not among those of the training images ({scanners:said}): features depend on the scanner, and the "
    "probability is an extrapolation.": (
        "扫描仪“{scanner}”不在训练图像所用的扫描仪之列（{scanners}）：特征依赖于扫描仪，该概率属于外推。"
    ),
    "Slices {slice_mm} mm apart, those of training {trained:said} mm: features depend on it, and the probability is an "
    "extrapolation.": "层间距为 {slice_mm} mm，训练图像为 {trained} mm：特征依赖于层间距，该概率属于外推。",
    "{least:number} to {most:number}": "{least} 至 {most}",
    "Masks of network {network}, those of training of {networks:said}: features depend on where the border is drawn, and the "
    "probability is an extrapolation.": (
        "掩膜由网络 {network} 生成，训练所用掩膜由 {networks} 生成：特征依赖于边界的画法，该概率属于外推。"
    ),
    "{predictor:said} {value} lies beyond all training patients ({low} to {high}): an extrapolation.": (
        "{predictor} {value} 超出所有训练患者的范围（{low} 至 {high}）：属于外推。"
    ),
    "{predictor:said} {value} lies beyond 98 % of the training patients ({low} to {high}).": (
        "{predictor} {value} 超出 98 % 训练患者的范围（{low} 至 {high}）。"
    ),
    "{role}: {far} of {n} features lie more than {sd} SD from the training mean ({worst}: {most} SD): another scanner, "
    "sequence or region than in training?": (
        "{role}：{n} 个特征中有 {far} 个与训练均值相差超过 {sd} 个标准差（{worst}：{most} 个标准差）："
        "扫描仪、序列或区域是否与训练时不同？"
    ),
    "age": "年龄",
    "sex": "性别",
    "diabetes": "糖尿病",
    "smoking": "吸烟",
    "drinking": "饮酒",
    # the published formula
    "55 % of the patients behind the published formula had osteoporosis (607 of 1095, a hospital sample with low back pain): "
    "where fewer have it, the formula's probability is too high.": (
        "已发表公式所依据的患者中 55 % 患骨质疏松（1095 例中 607 例，为医院腰背痛样本）："
        "在患病率较低的人群中，该公式给出的概率偏高。"
    ),
    "Median age of the formula's training patients: 67 years without and 71 years with osteoporosis; their range is not "
    "published.": "该公式训练患者的年龄中位数：无骨质疏松者 67 岁，有骨质疏松者 71 岁；年龄范围未发表。",
    # the patient
    "The study left such patients out: {reason:said}.": "原研究排除了此类患者：{reason}。",
    "previous lumbar fracture": "既往腰椎骨折",
    "hardware in the lumbar spine": "腰椎内固定物",
    "treated for osteoporosis before the imaging": "检查前接受过抗骨质疏松治疗",
    "malignancy": "恶性肿瘤",
    "haematological disease": "血液系统疾病",
    "rheumatoid arthritis": "类风湿关节炎",
    "ankylosing spondylitis": "强直性脊柱炎",
    "poor image quality": "图像质量差",
    # where a model comes from
    "{n:number} {simulated:said}patients": "{n} 例{simulated}患者",
    "{n:number} {simulated:said}patients: images, ages and labels from this software's simulator, no real person": (
        "{n} 例{simulated}患者：图像、年龄和标签均由本软件的模拟器生成，不含真实患者"
    ),
    "SIMULATED ": "模拟",
    "nested {folds}-fold cross-validation on the same {simulated:said}patients, AUC: {areas:list}": (
        "在同一批{simulated}患者上的 {folds} 折嵌套交叉验证，AUC：{areas}"
    ),
    "OPTIMISTIC, selection and models on the same {simulated:said}training patients that are predicted, AUC: {areas:list}": (
        "偏乐观：特征筛选、建模与预测使用同一批{simulated}训练患者，AUC：{areas}"
    ),
    "{model:said} {number}": "{model} {number}",
    "clinical": "临床",
    "radiomics": "影像组学",
    "combined": "联合",
    "None: a demonstration of the procedure of Wang et al., Radiologic Practice 2026(4):453-459": (
        "无：Wang 等方法的演示，《放射学实践》2026(4):453-459"
    ),
    "Not published; procedure of Wang et al., Radiologic Practice 2026(4):453-459": (
        "未发表；采用 Wang 等的方法，《放射学实践》2026(4):453-459"
    ),
    "Research use only, not for diagnosis": "仅供研究使用，不用于诊断",
    "768 patients with chronic low back pain of one hospital (GE 3.0 T campus), January 2023 to January 2025; osteoporosis: "
    "QCT BMD < 80 mg/cm3": (
        "一家医院（GE 3.0 T 院区）的 768 例慢性腰背痛患者，2023 年 1 月至 2025 年 1 月；骨质疏松：QCT 骨密度 < 80 mg/cm³"
    ),
    "as printed in the paper: AUC 0.740 (internal test, 85 without and 108 with osteoporosis), 0.708 (second campus, 1.5 T, 57 "
    "and 77)": (
        "据论文：AUC 0.740（内部测试集，无骨质疏松 85 例、有骨质疏松 108 例），0.708（第二院区，1.5 T，57 例和 77 例）"
    ),
    "The bare formula logit(P) = -6.178 - 0.885 x sex + 0.097 x age (male 1, female 0; age in years): the paper publishes no "
    "covariance, threshold or training means.": (
        "仅有公式 logit(P) = -6.178 - 0.885 × 性别 + 0.097 × 年龄（男 1，女 0；年龄单位为岁）："
        "论文未给出协方差、阈值和训练均值。"
    ),
    "The reference of the contributions is stated here, not published: age 69 years, share of men 0.40.": (
        "贡献值的参考为此处给定，并非发表值：年龄 69 岁，男性比例 0.40。"
    ),
    "Features selected: {chosen:list}. {test:said} ({limit:said}), {family} LASSO at lambda.{rule} with {lasso_folds} folds, "
    "second stage on {second:said} ({folds} folds), seed {seed}.": (
        "入选特征：{chosen}。{test}（{limit}），{family} LASSO 取 lambda.{rule}，{lasso_folds} 折；"
        "第二阶段采用{second}（{folds} 折），随机种子 {seed}。"
    ),
    "{role} {chosen} of {n}": "{role} {n} 个中的 {chosen} 个",
    "{name:word}'s t test": "{name} t 检验",
    "{adjusted:said}P < {limit:number}": "{adjusted}P < {limit}",
    "adjusted ": "校正后 ",
    "out-of-fold Radscores": "折外 Radscore",
    "the training patients' own Radscores": "训练患者自身的 Radscore",
    "No hyper-parameter was searched; ridge penalty {penalty}.": "未搜索超参数；岭惩罚 {penalty}。",
    "Bayesian optimisation: {trials} trials, cross-validated log loss {loss}, ridge penalty {penalty}.": (
        "贝叶斯优化：{trials} 次试验，交叉验证对数损失 {loss}，岭惩罚 {penalty}。"
    ),
    "Thresholds: {how:said}.": "阈值：{how}。",
    "given": "给定",
    "Youden on {on:said}": "依{on}取 Youden 指数",
    "nested out-of-fold predictions": "嵌套折外预测",
    "the training patients' own predictions": "训练患者自身的预测",
    "{n:number} features allowed by a list (reproducibility).": "按清单（可重复性）允许 {n} 个特征。",
    "{n:number} features are the same in all training patients and were left out, first {name}.": (
        "有 {n} 个特征在所有训练患者中取值相同，已剔除，第一个为 {name}。"
    ),
    "{n:number} features repeat an earlier one up to scale and were left out, first {name}.": (
        "有 {n} 个特征与前面的特征仅相差比例，已剔除，第一个为 {name}。"
    ),
    "This signature is for images of centre {centre}.": "该标签适用于中心 {centre} 的图像。",
    "The scanner of {known} of {n} training patients is recorded: none is named.": (
        "{n} 例训练患者中仅 {known} 例记录了扫描仪：因此均未列出。"
    ),
    "Do not use this model: it gave its own training patients with osteoporosis the lower probabilities "
    "(apparent AUC {area}).": ("请勿使用此模型：它给自身训练集中骨质疏松患者的概率反而更低（表观 AUC {area}）。"),
    "Intercept recalibrated on {where}: the interval leaves out the uncertainty of that.": (
        "截距已在 {where} 上重新校准：置信区间不含由此产生的不确定性。"
    ),
    # settings
    "N4, 0-255 over the patient's body, 1 mm, bin width 5": "N4，按患者身体范围归一化至 0-255，1 mm，组距 5",
    "The study to the letter, 0-1 and bin width 25 (one grey level, no texture)": (
        "严格按照原研究：0-1，组距 25（仅一个灰度级，无纹理）"
    ),
}
