"""Of masks: the numbering of levels, flags for the reader, propagation, review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    "{role}: {sentence:said}": "{role}：{sentence}",
    "{level}: {sentence:said}": "{level}：{sentence}",
    # numbering
    "Confirm the levels: {doubt:said}": "请确认节段编号：{doubt}",
    "the lowest body may be S1 (the network takes {percent} % of it for sacrum)": (
        "最低的椎体可能是 S1（网络将其 {percent} % 判为骶骨）"
    ),
    "no vertebral body was found": "未找到椎体",
    "levels were shifted by {by:number} on request": "已按要求将节段移动 {by}",
    "the sacrum was not found in view: the lowest body is taken for L5": "视野内未见骶骨：最低的椎体按 L5 计",
    "{gap_mm:number} mm lie between the lowest body and the sacrum: it is taken for L4": (
        "最低的椎体与骶骨相距 {gap_mm} mm：该椎体按 L4 计"
    ),
    "the image's lower edge cuts the sacrum: of the {in_view_mm} mm in view, a part may be L5": (
        "图像下缘截断骶骨：视野内的 {in_view_mm} mm 中可能有一部分是 L5"
    ),
    "a body seems to be missing between the {one}. and the {other}. from above": (
        "自上而下第 {one} 个与第 {other} 个椎体之间似乎缺少一个椎体"
    ),
    "neighbouring bodies differ in volume by a factor of {ratio:number}": "相邻椎体的体积相差 {ratio} 倍",
    "the lowest body holds {percent} % of the next one up: it may be S1": (
        "最低椎体的体积仅为其上方椎体的 {percent} %：可能是 S1"
    ),
    "only {n} bodies were found; a lumbar study shows at least five": "仅找到 {n} 个椎体；腰椎检查至少应显示五个",
    "{n:number} bodies were found; a lumbar study shows at most about ten": "找到 {n} 个椎体；腰椎检查最多约显示十个",
    "the spine curves sideways by {sideways_mm:number} mm": "脊柱侧弯，侧方偏移 {sideways_mm} mm",
    "{n:number} bodies beyond {level} or below L6 were left out": "{level} 以上或 L6 以下的 {n} 个椎体未计入",
    # flags of a level
    "it is cut off at the edge of the image": "被图像边缘截断",
    "it is cut off at the first or last slice": "在首层或末层被截断",
    "the network is unsure of it (mean probability {probability})": "网络对其把握不足（平均概率 {probability}）",
    "its volume is {ratio} times that of its neighbours": "体积为相邻椎体的 {ratio} 倍",
    "its height could not be measured": "无法测量其高度",
    "its heights differ (anterior {anterior}, middle {middle}, posterior {posterior} mm): a fracture or wedge is possible": (
        "各处高度不等（前缘 {anterior}、中部 {middle}、后缘 {posterior} mm）：可能有骨折或楔形变"
    ),
    "it is lower than its neighbours ({own} against {usual} mm)": "低于相邻椎体（{own} 比 {usual} mm）",
    "Narrow from side to side: {narrow:said}; a lumbar body has some 40 to 60 mm. Is the mask finished, and is the whole body "
    "in view?": "左右径过小：{narrow}；腰椎椎体约为 40 至 60 mm。掩膜是否画完？整个椎体是否都在视野内？",
    "{level} ({n} slices, {width_mm} mm)": "{level}（{n} 层，{width_mm} mm）",
    "{level} ({n} slices, {width_mm} mm), {rest:said}": "{level}（{n} 层，{width_mm} mm）、{rest}",
    "{level} holds {volume_ml} ml, a lumbar body some 10 to 70: check the mask and the image's spacing": (
        "{level} 的体积为 {volume_ml} ml，而腰椎椎体约为 10 至 70 ml：请检查掩膜和图像的体素间距"
    ),
    "{level}: the network left out {n} of its slices; they were drawn by interpolation": (
        "{level}：网络遗漏了其中 {n} 层，已由插值补画"
    ),
    "{level}: a fragment beside it was left out": "{level}：旁边的碎片未计入",
    "A quarter of {level}'s marrow and more is far {seen:said} times the usual of L1-L3): a lesion, oedema, cement or metal? "
    "Features tell of it as of bone": (
        "{level} 至少四分之一的骨髓信号明显{seen} 倍于 L1-L3 的通常值）：是否有病灶、水肿、骨水泥或金属？特征会将其当作骨质计入"
    ),
    "darker ({ratio:number}": "偏低（{ratio}",
    "brighter ({ratio:number}": "偏高（{ratio}",
    # propagation
    "Registration not possible: too few slices, or the images share too little; check the outlines": (
        "无法配准：层数太少，或两幅图像的共同部分太少；请核对轮廓"
    ),
    "Registration refused: it moved the spine by {shift_mm} mm and {angle_deg} degrees": (
        "配准结果未予采用：它使脊柱移动了 {shift_mm} mm 和 {angle_deg} 度"
    ),
    "Registration not used: it brought no better alignment": "未采用配准：对齐没有改善",
    "Registered: moved by {shift_mm} mm and {angle_deg} degrees; check the outlines": (
        "已配准：移动了 {shift_mm} mm 和 {angle_deg} 度；请核对轮廓"
    ),
    "{share:word} of {level} lies outside the field of view of the other sequence": "{level} 有 {share} 位于另一序列的视野之外",
    "{level} seems to lie {offset_mm} mm off: {remedy:said} correct the mask": (
        "{level} 似乎偏移 {offset_mm} mm：{remedy}修正掩膜"
    ),
    "check its outline or": "请核对其轮廓，或",
    "check its outline, register the sequence or": "请核对其轮廓、配准该序列，或",
    # review
    "The masks are the network's own: no reader has reviewed them.": "掩膜由网络生成，未经阅片者审核。",
    "No reader has accepted the masks.": "尚无阅片者审核通过掩膜。",
    "No reader has accepted {levels:list}.": "{levels} 尚未经阅片者审核通过。",
    "The numbering of the levels asked for confirmation, and no reader has given it.": "节段编号需要确认，但尚无阅片者确认。",
    "none: the mask was given": "无：掩膜由用户提供",
    "{origin:said}, reviewed by {readers:list}": "{origin}，由 {readers} 审核",
    "{origin:said}, not reviewed": "{origin}，未经审核",
    "model {identity}, at {resolutions:list} mm, {backend:word}": ("模型 {identity}，分辨率 {resolutions} mm，{backend}"),
    "not reviewed": "未经审核",
    "reviewed by {readers:list}": "由 {readers} 审核",
}
