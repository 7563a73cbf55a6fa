"""Of work under way: what a step is doing, the stages of a report, and how many cases are done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    "Starting": "正在启动",
    "Reading": "读取",
    "Reading DICOM headers": "正在读取 DICOM 文件头",
    "Loading the network": "正在加载网络",
    "Segmenting": "正在分割",
    "Separating and numbering the bodies": "正在分离椎体并编号",
    "Segmented": "分割完成",
    "Propagating": "正在传递掩膜",
    "Carrying the masks to {role}": "正在将掩膜传递到 {role}",
    "Taking the marrow region": "正在提取骨髓区",
    "Loading the feature engine": "正在加载特征引擎",
    "Compiling the feature engine, once for this installation ({done} of {all})": (
        "正在编译特征引擎，仅首次使用时需要（{done}/{all}）"
    ),
    "Finding the body": "正在识别身体范围",
    "Correcting the bias field": "正在校正偏置场",
    "Resampling": "正在重采样",
    "Prepared": "预处理完成",
    "features of the image {name}": "正在提取图像 {name} 的特征",
    "Writing the report": "正在撰写报告",
    "{role}: reading images and mask": "{role}：正在读取图像和掩膜",
    "{role}: building the segmentation": "{role}：正在生成分割对象",
    "Building the report": "正在生成报告对象",
    "Done": "完成",
    "Finished": "完成",
    # stages of a case
    "segmentation": "分割",
    "feature engine": "特征引擎",
    "preprocessing and features": "预处理与特征",
    "clinical variables": "临床变量",
    "prediction and report": "预测与报告",
    # many cases
    "Looking for cases that an earlier run finished": "正在查找此前已完成的病例",
    "{done:number} of {n:number} cases finished": "{n} 例中已完成 {done} 例",
    "{done:number} of {n:number} cases finished, {kept:number} of them by an earlier run": (
        "{n} 例中已完成 {done} 例，其中 {kept} 例由此前的运行完成"
    ),
    "{done:number} of {n:number} cases ended{alone:said}": "{n} 例中 {done} 例已结束{alone}",
    "{case}: ended": "{case}：已结束",
    "warning: {warning:said}": "警告：{warning}",
    "failed: {case}, {stage:said}: {found:said}": "失败：{case}，{stage}：{found}",
    "case {case:word} has {same:said} {first:word}": "病例 {case} 与病例 {first} {same}",
    "the same images as case": "图像相同",
    "'{name}' is one study's own folder: it is taken as one case.": "“{name}”是一次检查的文件夹：按一个病例处理。",
    "{n:number} of {listed:number} cases are excluded, as the table says.": "按表格所示，{listed} 例中排除 {n} 例。",
    "Masks are given for {given} of {n} cases, the network draws the others': don't fit one model to both.": (
        "{n} 例中有 {given} 例提供了掩膜，其余由网络生成：请勿用两者共同拟合一个模型。"
    ),
}
