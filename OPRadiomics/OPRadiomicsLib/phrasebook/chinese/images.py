"""Of images: what a study lacks, how a series was recognised, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    # a study
    "Are these the patient's images? {found:said}.": "这些图像属于该患者吗？{found}。",
    "age {age:number} was entered, the T1WI's header says {said_age:number}": (
        "输入的年龄为 {age} 岁，T1WI 文件头中为 {said_age} 岁"
    ),
    "sex {sex:word} was entered, the T1WI's header says {said_sex:word}": "输入的性别为 {sex}，T1WI 文件头中为 {said_sex}",
    "Missing: {roles:list}. No radiomics and no combined model without them.": (
        "缺少：{roles}。缺少这些序列时，影像组学模型和联合模型不可用。"
    ),
    "No T1WI: the vertebrae were segmented on {role}.": "缺少 T1WI：椎体是在 {role} 上分割的。",
    "{role} is series '{description}', {reason:said}.": "{role} 采用序列“{description}”：{reason}。",
    "Compressed with loss: {roles:list}. Texture features may not be those of the original images.": (
        "经有损压缩：{roles}。纹理特征可能与原始图像不一致。"
    ),
    # the kind of a sequence
    "{role} is of another kind than the study's sequence ({kinds:list}): it suits only a signature trained on that kind.": (
        "{role} 与原研究的序列类型不同（{kinds}）：仅适用于以同类图像训练的影像组学标签。"
    ),
    "{role} is of another kind ({kinds:list}) than in training ({trained:said}): features depend on it, and the probability "
    "is an extrapolation.": "{role} 的序列类型（{kinds}）与训练图像（{trained}）不同：特征依赖于序列类型，该概率属于外推。",
    "as the study's": "与原研究相同",
    "a 3-D acquisition": "三维采集",
    "fat suppressed by inversion (STIR)": "反转恢复脂肪抑制（STIR）",
    "water image of a water-fat separation": "水脂分离的水相",
    "the water image of a water-fat separation": "水脂分离的水相",
    "T1 spin echo": "T1 自旋回波",
    "T2 spin echo": "T2 自旋回波",
    "proton-density or intermediate spin echo": "质子密度或中间加权自旋回波",
    # what cannot serve
    "secondary capture (screenshot)": "二次截取图像（截图）",
    "colour image": "彩色图像",
    "localiser": "定位像",
    "modality {modality:said}, not MR": "成像方式为 {modality}，不是 MR",
    "unknown": "未知",
    "{plane:said} plane, not sagittal": "层面方向为{plane}，不是矢状面",
    "axial": "横断面",
    "coronal": "冠状面",
    "sagittal": "矢状面",
    "oblique": "斜面",
    "{n:number} slices, fewer than {least:number}": "仅 {n} 层，少于 {least} 层",
    "derived from other images (DERIVED, SECONDARY)": "由其他图像派生（DERIVED, SECONDARY）",
    "a synthetic image, by its description": "据序列描述为合成图像",
    "a reformat, by its description": "据序列描述为重建图像",
    "a reformat": "重建图像",
    "a projection": "投影图像",
    "a subtraction": "减影图像",
    "composed of several stations": "由多段拼接而成",
    "a diffusion map": "弥散参数图",
    "a diffusion image": "弥散图像",
    "a relaxation map": "弛豫时间图",
    "a phase image": "相位图",
    "the real part of a complex image": "复数图像的实部",
    "the imaginary part of a complex image": "复数图像的虚部",
    "a synthetic image": "合成图像",
    "a fat-fraction map": "脂肪分数图",
    "fat image of a water-fat separation": "水脂分离的脂相",
    "opposed-phase image": "反相位图像",
    "after contrast agent": "注射对比剂后",
    "{method:said}, by its description": "据序列描述为{method}",
    "diffusion": "弥散成像",
    "mapping": "定量成像",
    "myelography": "脊髓水成像",
    "echo-planar sequence": "平面回波序列",
    "gradient echo; the study's sequences are spin echoes": "梯度回波；原研究的序列为自旋回波",
    "TE above 250 ms: myelography": "TE 大于 250 ms：脊髓水成像",
    "another region, by its description": "据序列描述为其他部位",
    "the whole spine, by its description": "据序列描述为全脊柱",
    "another region, by BodyPartExamined {body_part}": "据 BodyPartExamined（{body_part}）为其他部位",
    # weighting and fat suppression
    "{times} ({name:said})": "{times}（{name}）",
    "described as {weighting}": "描述为 {weighting}",
    "proton-density weighting ({evidence:said})": "质子密度加权（{evidence}）",
    "T1 with fat suppression ({evidence:said})": "脂肪抑制 T1（{evidence}）",
    "contradiction: {header:said}, but described as without fat suppression": "相互矛盾：{header}，但描述为无脂肪抑制",
    "fat suppression by {evidence:said}": "脂肪抑制，依据：{evidence}",
    "its description": "序列描述",
    "an inversion time that nulls fat": "使脂肪信号为零的反转时间",
    "weak evidence: {said:said}, no TR and TE in the header": "依据不足：{said}，文件头中无 TR 和 TE",
    "neither TR and TE nor a weighting in its description": "既无 TR 和 TE，描述中也未说明加权",
    "{times} fits no sequence of the study{though:said}": "{times} 与原研究的任何序列都不符{though}",
    ", though {said:said}": "，尽管{said}",
    "weak evidence: short TE for a T2WI": "依据不足：作为 T2WI，TE 偏短",
    "contradiction: {said:said}, but {times} ({name:said})": "相互矛盾：{said}，但 {times}（{name}）",
    # the choice of a series
    "chosen by the user: {reason:said}": "由用户选定：{reason}",
    "chosen by the user, although judged {judged:said} ({reason:said})": "由用户选定，但软件判断：{judged}（{reason}）",
    "unfit": "不适用",
    "series {numbered:said} '{description}', {facts:list}": "序列 {numbered}“{description}”，{facts}",
    "{series:said}: {reason:said}": "{series}：{reason}",
    "{n:number} slices {plane:said}": "{n} 层{plane}",
    "centred at S {height_mm:number} mm": "中心位于 S {height_mm} mm",
    # a volume of the scene
    "{role}: the chosen image looks like {other} ({reason:said})": "{role}：所选图像看似 {other}（{reason}）",
    "{role}: the chosen image is of another examination than the T1WI": "{role}：所选图像与 T1WI 不属于同一次检查",
    "{reason:said}; its DICOM header was not read: {found:said}": "{reason}；未能读取其 DICOM 文件头：{found}",
    "{n:number} volumes could be {role}: {names:items}. Choose one": "有 {n} 个图像可能是 {role}：{names}。请选择其一",
    "'{name}' ({reason:said})": "“{name}”（{reason}）",
    "'{name}': {reason:said}": "“{name}”：{reason}",
    "no volume looks like {role}": "没有图像看似 {role}",
    "no volume looks like {role} ({refused:items})": "没有图像看似 {role}（{refused}）",
    # blemishes
    "Voxels brighter than {limit}, {times_brighter} times the image's 99.9th percentile: {n}. Features may follow them: "
    "export the series again, or check it": (
        "有 {n} 个体素的信号高于 {limit}（该图像第 99.9 百分位数的 {times_brighter} 倍）。特征值可能受其影响："
        "请重新导出该序列，或检查图像"
    ),
    "Voxels at the largest value, {largest}: {percent} %. What was brighter is cut off, as by a display window. Features "
    "follow it: export the original series": (
        "{percent} % 的体素处于最大值 {largest}：更高的信号已被截断（如受显示窗宽窗位影响），特征值会随之改变。请导出原始序列"
    ),
    "Blank slices between others: {n}. Features take them for signal: export the series again": (
        "有 {n} 个空白层面夹在其他层面之间，会被当作信号计入特征：请重新导出该序列"
    ),
    # weighting by canal and fat
    "{role}: The canal is {seen:said} than the marrow ({ratio} times as bright), as on {other:said} images: was another image "
    "meant?": "{role}：椎管信号{seen}于骨髓（为其 {ratio} 倍），类似 {other}图像：是否选错了图像？",
    "brighter": "高",
    "darker": "低",
    "T1-weighted": "T1 加权",
    "T2-weighted": "T2 加权",
    "Fat is no darker on FS-T2WI than on T2WI ({suppressed} and {plain} times as bright as the canal): were the two "
    "exchanged, or was fat not suppressed?": (
        "FS-T2WI 上的脂肪信号不低于 T2WI（分别为椎管信号的 {suppressed} 倍和 {plain} 倍）：两个序列是否互换，或脂肪未被抑制？"
    ),
}
