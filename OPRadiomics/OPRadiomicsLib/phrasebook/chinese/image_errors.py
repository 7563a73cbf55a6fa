"""Of images that cannot be used: what was found, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    # which series
    "Missing: {roles:list}": "缺少：{roles}",
    "{missing:said}. Not taken: {others:bars}": "{missing}。未采用：{others}",
    "one file for each of T1WI, T2WI and FS-T2WI": "T1WI、T2WI 和 FS-T2WI 各一个文件",
    "give {options:list}, or go without with --allow-missing": "请给出 {options}，或用 --allow-missing 略过",
    "sagittal {roles:list}": "矢状面 {roles}",
    "name the series ({options:list})": "请指明序列（{options}）",
    "{remedy:said}, or go without with --allow-missing (masks, features and the clinical model only)": (
        "{remedy}，或用 --allow-missing 略过（仅有掩膜、特征和临床模型）"
    ),
    "{option:word} for {role}": "{option} 对应 {role}",
    "{one:word} and {other:word} are the same image, voxel by voxel": "{one} 与 {other} 逐体素相同，是同一图像",
    "a different image for each sequence": "每个序列各用不同的图像",
    "check which file or series was given for each": "请检查各序列所给的文件或序列",
    "No MR series among {n} series (modalities: {modalities:list})": "{n} 个序列中没有 MR 序列（成像方式：{modalities}）",
    "not given": "未注明",
    "a lumbar MRI study with sagittal T1WI, T2WI and FS-T2WI": "含矢状面 T1WI、T2WI 和 FS-T2WI 的腰椎 MRI 检查",
    "check that this is the MRI examination": "请确认这是 MRI 检查",
    "Only localisers: {listed:items}": "只有定位像：{listed}",
    "export the whole examination": "请导出整个检查",
    "No sagittal series: {listed:items}": "没有矢状面序列：{listed}",
    "export the sagittal series": "请导出矢状面序列",
    "sagittal T1WI, T2WI and FS-T2WI": "矢状面 T1WI、T2WI 和 FS-T2WI",
    "{option:word} {name:word}: no such series": "{option} {name}：没有这个序列",
    "the number or UID of one of: {listed:items}": "下列序列之一的编号或 UID：{listed}",
    "name one of them with {option}": "请用 {option} 指明其中一个",
    "{option:word} {name:word} cannot serve as {role}: {reasons:items}": "{option} {name} 不能用作 {role}：{reasons}",
    "a sagittal MR stack": "矢状面 MR 图像",
    "choose another with {option}": "请用 {option} 另选一个",
    "One series chosen for both {other} and {role}: {series:said}": "{other} 和 {role} 选用了同一序列：{series}",
    "a different series for each sequence": "每个序列各用不同的序列号",
    "change {one:word} or {other:word}": "请更改 {one} 或 {other}",
    "{n:number} candidates for {role}: {listed:items}": "{role} 有 {n} 个候选：{listed}",
    "{series:said}, UID {uid:word}": "{series}，UID {uid}",
    "one {role} series": "一个 {role} 序列",
    "name the right one by its number or UID, for instance {option:word} {name:word}, or take the others out of the folder": (
        "请以编号或 UID 指明正确的序列，例如 {option} {name}，或将其他序列移出文件夹"
    ),
    "without number": "无编号",
    # DICOM files
    "The study folder does not exist": "检查文件夹不存在",
    "a folder of DICOM files": "存放 DICOM 文件的文件夹",
    "check the path": "请检查路径",
    "A folder of the study cannot be read ({reason:said})": "无法读取检查中的一个文件夹（{reason}）",
    "folders that you may read": "您有权读取的文件夹",
    "check permissions and the medium": "请检查权限和存储介质",
    "No DICOM file among the {n} files": "{n} 个文件中没有 DICOM 文件",
    "a lumbar MRI study in DICOM": "DICOM 格式的腰椎 MRI 检查",
    "{n:number} different studies (StudyInstanceUID): {uids}": "有 {n} 次不同的检查（StudyInstanceUID）：{uids}",
    "one study": "一次检查",
    "give the UID of one of them, or its ending, with --study-uid; or keep one folder for each examination": (
        "请用 --study-uid 给出其中一次检查的 UID 或其末段；或每次检查单独用一个文件夹"
    ),
    "{n:number} different values of {keyword:word}: the folder mixes patients": (
        "{keyword} 有 {n} 个不同的值：文件夹中混有多名患者"
    ),
    "one patient": "一名患者",
    "keep one folder for each patient, or give one study's UID, or its ending, with --study-uid": (
        "请每名患者单独用一个文件夹，或用 --study-uid 给出一次检查的 UID 或其末段"
    ),
    "File '{name}' ({size} bytes) is damaged: {what:said}": "文件“{name}”（{size} 字节）已损坏：{what}",
    "complete DICOM files": "完整的 DICOM 文件",
    "copy or export the study again; if the file is not needed, remove it": (
        "请重新拷贝或导出该检查；若不需要该文件，请将其移除"
    ),
    "File '{name}' cannot be read ({reason:said})": "无法读取文件“{name}”（{reason}）",
    "files that you may read": "您有权读取的文件",
    "it is blank, beside DICOM files named like it": "文件为空，而同类名称的其他文件为 DICOM 文件",
    "a value in its header cannot be read ({kind})": "文件头中有一个值无法读取（{kind}）",
    "{announced:number} frames announced, {described:number} described": "声明了 {announced} 帧，仅描述了 {described} 帧",
    "its compressed content ends early": "压缩内容不完整",
    "its header ends early, or lacks {absent:list}": "文件头不完整，或缺少 {absent}",
    "it ends before the pixel data": "文件在像素数据之前中断",
    "{present:number} of {announced:number} bytes of pixel data": "像素数据仅有 {announced} 字节中的 {present} 字节",
    "it ends within its pixel data": "文件在像素数据中间中断",
    "its pixels cannot be decoded ({kind})": "像素无法解码（{kind}）",
    "File '{name}' is a colour image": "文件“{name}”是彩色图像",
    "one value a pixel": "每个像素一个值",
    "choose another series": "请另选一个序列",
    "File '{name}' ({size} bytes): its pixels, compressed as '{syntax}', cannot be decoded": (
        "文件“{name}”（{size} 字节）：像素以“{syntax}”压缩，无法解码"
    ),
    "complete DICOM files, uncompressed or in RLE, JPEG, JPEG-LS or JPEG 2000": (
        "完整的 DICOM 文件，未压缩或以 RLE、JPEG、JPEG-LS 或 JPEG 2000 压缩"
    ),
    "export the series again, uncompressed": "请以未压缩方式重新导出该序列",
    "File '{name}' is gone": "文件“{name}”已不存在",
    "the files that were indexed": "已编入索引的文件",
    "index the folder again": "请重新读取该文件夹",
    # a stack of slices
    "series {numbered:said} '{description}'": "序列 {numbered}“{description}”",
    "{stack:said}: one slice": "{stack}：只有一层",
    "{stack:said}: {unplaced} of {n} slices without position or orientation": "{stack}：{n} 层中有 {unplaced} 层没有位置或方向",
    "a stack of at least 2 placed slices": "至少 2 层有位置信息的图像",
    "{stack:said}: {strays} of its slices, in line with the other {n}, differ in matrix, echo or image type": (
        "{stack}：其中 {strays} 层与其余 {n} 层同列，但矩阵、回波或图像类型不同"
    ),
    "a series whose slices are all alike": "各层一致的序列",
    "export the original series again; a slice was changed or damaged": "请重新导出原始序列；有层面被改动或损坏",
    "{stack:said} has no PixelSpacing or orientation": "{stack}没有 PixelSpacing 或方向",
    "both in every header": "每个文件头中都有这两项",
    "export the original series": "请导出原始序列",
    "{stack:said}: row and column directions are not at right angles": "{stack}：行方向与列方向不垂直",
    "{stack:said}: slices shifted by up to {distance_mm} mm off the stack's axis (a sheared stack)": (
        "{stack}：层面偏离层叠轴最多 {distance_mm} mm（错切）"
    ),
    "slices one behind the other within {tolerance_mm} mm": "各层前后对齐，误差不超过 {tolerance_mm} mm",
    "resample the series to a rectangular grid, or choose another": "请将该序列重采样到直角网格，或另选一个",
    "{stack:said}: slices turned or scaled against each other": "{stack}：各层之间有旋转或缩放",
    "one orientation and one pixel spacing": "统一的方向和像素间距",
    "choose a series of parallel slices": "请选择层面平行的序列",
    "{stack:said}: {doubled} of {n} slices lie where another one lies": "{stack}：{n} 层中有 {doubled} 层与其他层位置重复",
    "one slice at each position": "每个位置一层",
    "remove doubled files; a series of several time points or b-values cannot be used": (
        "请移除重复文件；含多个时相或 b 值的序列不能使用"
    ),
    "{stack:said}: {n} slices missing between the first and the last (step {step_mm} mm, largest gap {gap_mm} mm)": (
        "{stack}：首层与末层之间缺少 {n} 层（层距 {step_mm} mm，最大间隔 {gap_mm} mm）"
    ),
    "an unbroken stack": "连续的层面",
    "export the series again, complete": "请完整地重新导出该序列",
    "{stack:said}: unequal slice distances, {least} to {most} mm": "{stack}：层距不等，{least} 至 {most} mm",
    "slices within {tolerance_mm} mm of equal distances": "层距相等，误差不超过 {tolerance_mm} mm",
    "export the original series; slices of different groups cannot form one volume": (
        "请导出原始序列；不同组的层面不能组成一个图像"
    ),
    "{stack:said}: slices of different sizes, or colour": "{stack}：各层大小不同，或为彩色图像",
    "one matrix size, one value a pixel": "统一的矩阵大小，每个像素一个值",
    # the image itself
    "file '{name}'": "文件“{name}”",
    "File '{name}' ({size} bytes) is damaged or not what its name says": "文件“{name}”（{size} 字节）已损坏，或与扩展名不符",
    "a complete NIfTI, NRRD or MetaImage file": "完整的 NIfTI、NRRD 或 MetaImage 文件",
    "copy or convert it again": "请重新拷贝或转换",
    "File '{name}' has sheared or degenerate axes": "文件“{name}”的坐标轴错切或退化",
    "three axes at right angles": "三个相互垂直的坐标轴",
    "convert it again from DICOM, or resample it to a rectangular grid": "请从 DICOM 重新转换，或重采样到直角网格",
    "NaN or infinity in {n} voxels of {name:said}": "{name}中有 {n} 个体素为 NaN 或无穷大",
    "finite intensities": "有限的信号强度",
    "convert the image again from the original DICOM": "请从原始 DICOM 重新转换图像",
    "Every voxel of {name:said} is {value:number}: the image is empty": "{name}的所有体素均为 {value}：图像为空",
    "an image with contrast": "有对比度的图像",
    "check the export, or choose another": "请检查导出结果，或另选一个",
    "{name:said}: slices of {edges} mm that are not stacked left to right": "{name}：层厚 {edges} mm，但不是从左到右排列",
    "sagittal slices": "矢状面层面",
    "choose the sagittal series; if it is sagittal, its orientation header is wrong: convert it again from DICOM": (
        "请选择矢状面序列；若本为矢状面，则其方向信息有误：请从 DICOM 重新转换"
    ),
    "{one:word} and {other:word} share {percent} % of their field of view": "{one} 与 {other} 的视野仅有 {percent} % 重合",
    "at least {percent:number} %: sequences of one examination of one region": "至少 {percent} %：同一次检查、同一部位的序列",
    "choose series of the lumbar spine from one examination": "请选择同一次检查的腰椎序列",
    "A {plane:said} series": "{plane}序列",
    "choose the sagittal T1, T2 or fat-suppressed series": "请选择矢状面 T1、T2 或脂肪抑制序列",
    "Slices tilted by {tilt} degrees against the sagittal plane": "层面相对矢状面倾斜 {tilt} 度",
    "at most {n:number} degrees": "不超过 {n} 度",
    "choose a sagittal series": "请选择矢状面序列",
    "An image with NaN or infinite values": "图像含 NaN 或无穷大的值",
    "export the series again": "请重新导出该序列",
    "An image whose voxels are all alike": "图像的所有体素取值相同",
    "An image of {n} different values": "图像仅有 {n} 个不同的值",
    "an MR image": "MR 图像",
    "choose the image, not a label map of it": "请选择图像本身，而不是其标签图",
    "{n:number} sagittal slices of {height_mm:number} x {width_mm:number} mm": "{n} 层矢状面，{height_mm} x {width_mm} mm",
    "at least three slices of 64 x 64 mm": "至少三层，每层 64 x 64 mm",
    "choose the full sagittal series, not a localiser or a cut-out": "请选择完整的矢状面序列，而不是定位像或局部图像",
    "{names:list} with different frames of reference (FrameOfReferenceUID)": "{names}的参考坐标系（FrameOfReferenceUID）不同",
    "Two sequences": "两个序列",
    "sequences of one examination, in one frame of reference": "同一次检查、同一参考坐标系的序列",
    "choose series of one session, or register them first": "请选择同一次扫描的序列，或先进行配准",
    # more of DICOM
    "{n:number} studies whose UID is or ends with '{uid}', among {uids}": (
        "有 {n} 次检查的 UID 为“{uid}”或以其结尾，所有检查：{uids}"
    ),
    "exactly one": "恰好一次",
    "give more of the UID with --study-uid": "请用 --study-uid 给出更长的 UID",
    "check the path; NIfTI, NRRD and MHA images are given as files: one to `segment`, and one by one to `predict` and "
    "`features`, with --t1, --t2 and --fst2": (
        "请检查路径；NIfTI、NRRD 和 MHA 图像以文件给出："
        "segment 命令给一个，predict 和 features 命令用 --t1、--t2 和 --fst2 逐个给出"
    ),
    "ImageOrientationPatient of two unit vectors at right angles": "ImageOrientationPatient 应为两个相互垂直的单位向量",
    "it is no longer a DICOM image": "它已不再是 DICOM 图像",
    "File '{name}' has RescaleSlope 0, which makes all its pixels one value": (
        "文件“{name}”的 RescaleSlope 为 0，所有像素将变为同一值"
    ),
    "a slope other than 0": "不为 0 的斜率",
    "File '{name}': RescaleSlope {slope} and RescaleIntercept {intercept} lead to values beyond 3.4e38": (
        "文件“{name}”：RescaleSlope {slope} 和 RescaleIntercept {intercept} 使数值超出 3.4e38"
    ),
    "intensities that single precision holds": "单精度可表示的信号强度",
    "export the series again; its header is wrong": "请重新导出该序列；其文件头有误",
    # more of files
    "File '{name}' is {kind:said} of {what:said}": "文件“{name}”是{kind}，{what}",
    "a 2-D image": "二维图像",
    "a 4-D image": "四维图像",
    "a single-slice image": "单层图像",
    "an image": "图像",
    "size {size}": "大小 {size}",
    "{n:number} values a voxel (a colour or vector image)": "每个体素 {n} 个值（彩色或向量图像）",
    "one 3-D image with one value a voxel and several slices": "一个三维图像，多个层面，每个体素一个值",
    "export one volume: not a single slice, a time series or a colour picture": (
        "请导出一个三维图像：不是单层、时间序列或彩色图片"
    ),
    "The header of {name:said} makes it {size_mm} mm large": "按{name}的文件头，图像大小为 {size_mm} mm",
    "at most {limit:number} mm, with spacings in millimetres": "不超过 {limit} mm，间距以毫米为单位",
    "Values up to {largest} in file '{name}'": "文件“{name}”中的数值高达 {largest}",
    "intensities that single precision holds, up to {limit}": "单精度可表示的信号强度，不超过 {limit}",
    "An image could not be written whole to the temporary folder {folder}": "无法将图像完整写入临时文件夹 {folder}",
    "a temporary folder with room": "空间充足的临时文件夹",
    "free some space there, or name another folder in the environment variable TMPDIR": (
        "请在该处释放空间，或用环境变量 TMPDIR 指定其他文件夹"
    ),
    "a file that ends in {suffixes:list}": "以 {suffixes} 结尾的文件",
    "check the path; a DICOM folder is STUDY of `predict` and `features`, or an image of the other steps": (
        "请检查路径；DICOM 文件夹作为 predict 和 features 的检查，或其他步骤的图像给出"
    ),
    "No MR series in the folder": "文件夹中没有 MR 序列",
    "{n:number} MR series in the folder: {listed:items}": "文件夹中有 {n} 个 MR 序列：{listed}",
    "the folder of one series": "一个序列的文件夹",
    "name the folder that holds this series alone, or convert the series to NIfTI": (
        "请指定只含该序列的文件夹，或将该序列转换为 NIfTI"
    ),
    "File '{name}', which does not exist": "文件“{name}”不存在",
    "A folder": "文件夹",
    "Image with sheared axes": "图像的坐标轴错切",
    "resample the image to a rectangular grid (gantry tilt or irregular slices cause this)": (
        "请将图像重采样到直角网格（机架倾斜或层面不规则会造成错切）"
    ),
    "Image without contrast: percentiles {lower} and {upper} over the {region} are equal": (
        "图像没有对比度：{region} 范围内第 {lower} 与第 {upper} 百分位数相等"
    ),
}
