"""Of masks, entries, models and files that cannot be used: what was found, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    # masks
    "The mask is empty": "掩膜为空",
    "voxels in L1, L2 and L3": "L1、L2 和 L3 中有体素",
    "draw or segment the vertebral bodies first": "请先勾画或分割椎体",
    "Mask without {levels:list} (it has {held:list})": "掩膜中没有 {levels}（现有：{held}）",
    "no voxel": "无体素",
    "draw {levels:list}; if the levels are misnumbered, shift them": "请勾画 {levels}；若编号有误，请移动节段",
    "Levels out of order: {upper:word} lies {distance_mm} mm below {lower:word}": (
        "节段顺序有误：{upper} 位于 {lower} 下方 {distance_mm} mm"
    ),
    "{levels:list} from head to foot": "自头侧至足侧依次为 {levels}",
    "renumber the levels": "请重新编号",
    "Empty mask": "掩膜为空",
    "at least one vertebral body": "至少一个椎体",
    "segment or draw the vertebrae first": "请先分割或勾画椎体",
    "{levels:list} in view on every sequence": "{levels} 在每个序列的视野内",
    "choose a series that covers these levels": "请选择覆盖这些节段的序列",
    "No voxel of {level}; the mask holds {held:list}": "{level} 没有体素；掩膜中有：{held}",
    "nothing": "无",
    "the bodies of {levels:list}": "{levels} 的椎体",
    "draw {level}, or shift the levels if they are misnumbered": "请勾画 {level}；若编号有误，请移动节段",
    "Nothing of {level} is left inside its cortex ({n} voxels before)": "{level} 去除皮质后没有剩余（原有 {n} 个体素）",
    "a body wider than twice the inset of {inset_mm} mm": "宽度大于内缩距离 {inset_mm} mm 两倍的椎体",
    "redraw {level}, or use a profile with a smaller inset": "请重新勾画 {level}，或使用内缩距离较小的参数方案",
    "{level} is not drawn in {empty} of the {n} slices from its first to its last": (
        "{level} 自首层至末层的 {n} 层中有 {empty} 层未勾画"
    ),
    "a body drawn in consecutive slices": "在连续层面上勾画的椎体",
    "fill {level} in the slices between (Segment Editor: Fill between slices), or erase stray voxels of it": (
        "请在中间层面补画 {level}（Segment Editor 的 Fill between slices），或擦除其零散体素"
    ),
    "No vertebral body was found in the image": "图像中未找到椎体",
    "a sagittal MR image of the lumbar spine": "腰椎矢状面 MR 图像",
    "look at the image; if it is one, draw L1, L2 and L3 by hand": "请查看图像；若确为腰椎图像，请手工勾画 L1、L2 和 L3",
    "Image grid {image} and mask grid {mask} (slices, rows, columns)": (
        "图像网格 {image} 与掩膜网格 {mask} 不一致（层、行、列）"
    ),
    "one grid": "同一网格",
    "draw or resample the mask on this image": "请在该图像上勾画掩膜，或将掩膜重采样到该图像",
    "Image and mask of one shape whose corners lie {distance_mm} mm apart": "图像与掩膜形状相同，但角点相距 {distance_mm} mm",
    "at most {distance_mm:number} mm": "不超过 {distance_mm} mm",
    "Mask '{names}' has 0 voxels; the mask holds {held:list}": "掩膜“{names}”没有体素；掩膜中有：{held}",
    "no level": "无节段",
    "a region with {levels:list}": "含 {levels} 的区域",
    "redraw it before extraction": "请重新勾画后再提取特征",
    "Region without {lost:list} on the analysis grid": "分析网格上的区域中没有 {lost}",
    "any voxel": "任何体素",
    "every level of the region": "区域中应有全部节段",
    "redraw it, or check the alignment of this sequence with T1WI": "请重新勾画，或检查该序列与 T1WI 是否对齐",
    "Empty region": "区域为空",
    "at least one voxel": "至少一个体素",
    "redraw the mask before extraction": "请重新勾画掩膜后再提取特征",
    "Overlapping segments: {one:word} and {other:word} share {n} voxels": "分割重叠：{one} 与 {other} 有 {n} 个共同体素",
    "each voxel in at most one vertebra": "每个体素最多属于一个椎体",
    "in the Segment Editor draw with 'Modify other segments: Overwrite all', or erase the doubled voxels": (
        "请在 Segment Editor 中以“Modify other segments: Overwrite all”方式勾画，或擦除重复的体素"
    ),
    "Two segments are {level} in '{name}'": "“{name}”中有两个 {level}",
    "one segment for each level": "每个节段一个分割",
    "join or rename them in the Segment Editor": "请在 Segment Editor 中合并或重命名",
    "{levels:list} cannot be shifted by {by:number}": "{levels} 不能移动 {by}",
    "levels from {first:word} to {last:word} after the shift": "移动后的节段在 {first} 至 {last} 之间",
    "remove {levels:list} first if it is no vertebral body of this study": "若 {levels} 不是该检查的椎体，请先将其移除",
    "Initials that are not one to eight letters": "姓名缩写不是一至八个字母",
    "the reader's initials, as in 'AB'": "阅片者的姓名缩写，如“AB”",
    "enter them": "请填写",
    "{level} has no voxel to accept": "{level} 没有可审核的体素",
    "{level} has no voxel": "{level} 没有体素",
    "a drawn body of {level}": "已勾画的 {level}",
    "draw {level} first": "请先勾画 {level}",
    # the scene
    "'{name}' holds no image": "“{name}”中没有图像",
    "a volume with voxels": "含体素的图像",
    "load it again": "请重新载入",
    "'{name}' with {n} values a voxel": "“{name}”每个体素有 {n} 个值",
    "a grey image": "灰度图像",
    "'{name}' lies under the non-linear transform '{transform}'": "“{name}”位于非线性变换“{transform}”之下",
    "an image as it was acquired, or moved rigidly": "原始采集的图像，或仅作刚性移动的图像",
    "take it out of the transform, or harden the transform (Transforms module)": (
        "请将其移出该变换，或在 Transforms 模块中固化变换"
    ),
    "The image could not be handed to the worker": "无法将图像交给后台进程",
    "room in the folder for temporary files": "临时文件夹中有足够空间",
    "free disk space": "请释放磁盘空间",
    "The masks that were made cannot be read": "无法读取生成的掩膜",
    "a label map": "标签图",
    "try again": "请重试",
    "No T1WI is chosen": "未选择 T1WI",
    "the image that the masks were drawn on": "勾画掩膜所用的图像",
    "choose the T1WI under 'Study' first": "请先选择 T1WI",
    "No masks on the T1WI": "T1WI 上没有掩膜",
    "drawn or segmented bodies": "已勾画或分割的椎体",
    "click 'Segment L1-L3' first": "请先分割 L1-L3",
    "The study, its images or its masks were exchanged or removed in the meantime": "检查、图像或掩膜在此期间被更换或移除",
    "the same images and masks until the step ends": "在该步骤结束前保持图像和掩膜不变",
    "start the step again; nothing was changed": "请重新开始该步骤；未作任何更改",
    "No result of this session": "本次会话没有结果",
    "a prediction": "预测结果",
    "click 'Predict OP' first": "请先进行预测",
    "The {role} did not come from DICOM": "{role} 不是来自 DICOM",
    "images loaded through Slicer's DICOM module, whose patient record the export joins": (
        "通过 Slicer 的 DICOM 模块载入的图像，导出结果将归入其患者记录"
    ),
    "load the study through the DICOM module": "请通过 DICOM 模块载入检查",
    # what was entered
    "Age is missing": "缺少年龄",
    "Age {age:number}": "年龄 {age}",
    "an age of {low:number} to {high:number} years": "{low} 至 {high} 岁的年龄",
    "give it with --age, for many studies in a table's column age": "请用 --age 给出；多次检查时写在表格的年龄列",
    "check the age; the BMD classes and the models hold for adults": "请核对年龄；骨密度分类和模型仅适用于成人",
    "if this is a year of birth, give the age at the MRI instead": "若这是出生年份，请改为检查时的年龄",
    "if this is in months, give {age:number}": "若以月为单位，请改为 {age}",
    "Sex is missing": "缺少性别",
    "give it with --sex, for many studies in a table's column sex": "请用 --sex 给出；多次检查时写在表格的性别列",
    "BMI {bmi:number}": "BMI {bmi}",
    "a body mass index of {low:number} to {high:number} kg/m2": "{low} 至 {high} kg/m² 的体质指数",
    "divide the weight in kg by the square of the height in metres": "请以体重（kg）除以身高（m）的平方计算",
    "{predictor:said} is not recorded": "未记录{predictor}",
    "{predictor:said}, which the model needs": "{predictor}，模型需要该变量",
    "give it with --{name:word}": "请用 --{name} 给出",
    # features and models
    "Signature {name:word} has no clinical model and there are no features": "影像组学标签 {name} 没有临床模型，也没有特征",
    "features of all three sequences": "全部三个序列的特征",
    "give the missing sequences, or choose another signature": "请补充缺少的序列，或选择其他影像组学标签",
    "Features made with profile {found:word}": "特征由参数方案 {found} 提取",
    "profile {expected}, with which signature {name:word} was fitted": "拟合影像组学标签 {name} 所用的参数方案 {expected}",
    "extract the features again with that profile, or choose a signature of this profile": (
        "请用该参数方案重新提取特征，或选择采用现有参数方案的影像组学标签"
    ),
    "{role} Radscore: {absent} of {n} features are absent ({first}, ...)": (
        "{role} Radscore：{n} 个特征中缺少 {absent} 个（{first} 等）"
    ),
    "every feature that the signature names": "影像组学标签列出的全部特征",
    "extract all sequences with the signature's profile": "请用影像组学标签的参数方案提取全部序列",
    "{role}: {feature:word} is {undefined}": "{role}：{feature} 的值为 {undefined}",
    "finite features": "有限的特征值",
    "check the mask and the image of this sequence": "请检查该序列的掩膜和图像",
    "{role}: {feature:word} comes from an image with a single grey level in the region": (
        "{role}：{feature} 所在图像在该区域内只有一个灰度级"
    ),
    "at least two grey levels: texture of one level is a constant": "至少两个灰度级：单一灰度级的纹理为常数",
    "use the profile 'standard', or check the sequence's intensities": "请使用参数方案“standard”，或检查该序列的信号强度",
    "Profile '{name}' of this version has hash {hash:word}": "本版本的参数方案“{name}”的哈希值为 {hash}",
    "{hash:word}, with which signature '{name}' was fitted": "{hash}，即拟合影像组学标签“{name}”所用的哈希值",
    "use the software version that the signature came with, or fit the signature again": (
        "请使用与该影像组学标签配套的软件版本，或重新拟合"
    ),
    "Features of {n} sequences made with {different} different profiles": "{n} 个序列的特征由 {different} 种不同的参数方案提取",
    "features of at least one sequence, all made with one profile": "至少一个序列的特征，且均由同一参数方案提取",
    "extract the sequences again with one profile": "请用同一参数方案重新提取各序列",
    "No signature '{name}'": "没有影像组学标签“{name}”",
    "check the name": "请检查名称",
    "Signature {name:word} with checksum {checksum:word}": "影像组学标签 {name} 的校验和为 {checksum}",
    "the recorded SHA-256 {checksum:word}": "记录的 SHA-256 {checksum}",
    "fetch the signature again from where it was fitted or published; a signature is never edited by hand": (
        "请从拟合或发布之处重新获取；影像组学标签不可手工修改"
    ),
    "Signature {name:word} cannot be read ({reason:said})": "无法读取影像组学标签 {name}（{reason}）",
    "No segmentation bundle '{name}'": "没有分割网络“{name}”",
    "check the name, or install the package again": "请检查名称，或重新安装软件",
    "Segmentation bundle cannot be read ({reason:said})": "无法读取分割网络（{reason}）",
    "a folder that you may read": "您有权读取的文件夹",
    "Segmentation bundle {bundle:word} without {name:word}": "分割网络 {bundle} 缺少 {name}",
    "every file that it lists": "其清单中的全部文件",
    "the bundle is incomplete or was changed: install the package again, or export the network again": (
        "该网络不完整或被改动：请重新安装软件，或重新导出网络"
    ),
    "{package} is not installed": "未安装 {package}",
    "{package} to run the network": "运行网络所需的 {package}",
    "No radiomics engine '{name}'": "没有特征引擎“{name}”",
    "No radiomics engine works here: {fault:said}; {found:said}": "没有可用的特征引擎：{fault}；{found}",
    "numba cannot be imported ({reason})": "无法导入 numba（{reason}）",
    "PyRadiomics cannot be imported ({reason})": "无法导入 PyRadiomics（{reason}）",
    "the native engine equal to PyRadiomics 3.0.1, or PyRadiomics itself": (
        "与 PyRadiomics 3.0.1 一致的内置引擎，或 PyRadiomics 本身"
    ),
    "install numba (pip install numba) or PyRadiomics, and report the machine's processor and Python version": (
        "请安装 numba（pip install numba）或 PyRadiomics，并报告计算机的处理器和 Python 版本"
    ),
    "No signal inside the body": "身体范围内没有信号",
    "an MR image of a patient": "患者的 MR 图像",
    "check the series": "请检查该序列",
    "Constant image: the patient cannot be told from air": "图像为常数：无法区分患者与空气",
    "an MR image with contrast": "有对比度的 MR 图像",
    "Image with {percent} % of its voxels negative": "图像中 {percent} % 的体素为负值",
    "a magnitude image, without negative values": "无负值的幅度图像",
    "export the magnitude image; undo a rescaling or subtraction": "请导出幅度图像；撤销缩放或减影",
    # files
    "No space left on device": "磁盘空间不足",
    "Permission denied": "没有权限",
    "Read-only file system": "文件系统只读",
    "File name too long": "文件名过长",
    "Input/output error": "读写错误",
    "No such file or directory": "文件或文件夹不存在",
    "The system refuses '{name}' ({reason:said})": "系统拒绝访问“{name}”（{reason}）",
    "files and folders that this user may reach, on a disk in order": "当前用户可访问的文件和文件夹，且磁盘正常",
    "check the path, its length, its permissions and the disk": "请检查路径及其长度、权限和磁盘",
    "Cannot write {name} in {folder} ({reason:said})": "无法将 {name} 写入 {folder}（{reason}）",
    "Results cannot be written to {folder} ({reason:said})": "无法将结果写入 {folder}（{reason}）",
    "a folder that this user may write, on a disk with room": "当前用户可写入、磁盘空间充足的文件夹",
    "choose another output folder": "请选择其他输出文件夹",
    "{name:word} in {folder} is open in another program, or may not be replaced": (
        "{folder} 中的 {name} 已被其他程序打开，或不允许替换"
    ),
    "an earlier result that nothing holds, since all files are replaced or none": (
        "未被占用的旧结果，因为所有文件要么全部替换，要么都不替换"
    ),
    "close it there, or choose another output folder": "请在该程序中关闭，或选择其他输出文件夹",
    "What was being written to {folder} was removed meanwhile": "正在写入 {folder} 的内容在此期间被移除",
    "a folder that nobody clears while it is written to": "写入期间无人清理的文件夹",
    "start again": "请重新开始",
    "fault of the software": "软件故障",
    "a result or a message": "结果或提示信息",
    "report these places": "请报告这些位置",
    # more of masks
    "Mask '{name}' cannot be read ({reason:said})": "无法读取掩膜“{name}”（{reason}）",
    "a file that you may read": "您有权读取的文件",
    "check permissions and the path": "请检查权限和路径",
    "Nothing to write: the mask holds {held:list}": "没有可写入的内容：掩膜中有 {held}",
    "L1, L2 or L3": "L1、L2 或 L3",
    "at least one level": "至少一个节段",
    "check the segmentation; --all-levels writes the other levels too": "请检查分割；--all-levels 也会写出其他节段",
    "Mask '{name}' with several values a voxel, as of overlapping segments": "掩膜“{name}”每个体素有多个值，如同分割重叠",
    "a 3-D label map, each voxel in at most one vertebra": "三维标签图，每个体素最多属于一个椎体",
    "remove the overlap and save a label map": "请去除重叠并保存为标签图",
    "Mask with {found:said}: {values}": "掩膜含{found}：{values}",
    "an ambiguous mix of both codings": "两种编码的混合，含义不明",
    "unknown values": "未知的值",
    "1, 2, 3 for L1, L2, L3; or {low:number} to {high:number} with L1 = 20": (
        "以 1、2、3 表示 L1、L2、L3；或 {low} 至 {high}，其中 L1 = 20"
    ),
    "relabel the mask in one of the two codings": "请用两种编码之一重新标记掩膜",
    "Overlapping segments: {level} shares voxels with {others:list}": "分割重叠：{level} 与 {others} 有共同体素",
    "in Slicer's Segment Editor draw with 'Allow overlap: off', or remove the doubled voxels": (
        "请在 Slicer 的 Segment Editor 中以“Allow overlap: off”方式勾画，或去除重复的体素"
    ),
    "Segmentation whose voxels do not coincide with the image's": "分割的体素与图像的体素不重合",
    "a segmentation on the image's grid, or a cut-out of it": "位于图像网格或其局部上的分割",
    "in Slicer set the image as the segmentation's source geometry and save again": (
        "请在 Slicer 中将该图像设为分割的源几何后重新保存"
    ),
    "Segmentation that reaches beyond the image": "分割超出图像范围",
    "labels inside the image": "位于图像内的标签",
    "check that it belongs to this image": "请确认它属于该图像",
    "'{name}' has no draft": "“{name}”没有初稿",
    "a segmentation proposed by the network": "网络给出的分割",
    "segment the study first": "请先分割该检查",
    "'{name}' refers to no volume": "“{name}”没有对应的图像",
    "a segmentation made on a volume of the scene": "在场景中的图像上生成的分割",
    "in the Segment Editor choose the volume as source volume": "请在 Segment Editor 中选择该图像作为源图像",
    "'{name}' is made of {kind:word}s": "“{name}”由 {kind} 构成",
    "segments made of voxels": "由体素构成的分割",
    "in the Segmentations module make 'Binary labelmap' the source representation": (
        "请在 Segmentations 模块中将“Binary labelmap”设为源表示"
    ),
    "'{name}' has no segment {level} (it has {held:list})": "“{name}”中没有 {level}（现有：{held}）",
    "a segment {level}": "分割 {level}",
    "none": "无",
    "Image with {n} voxels that are NaN or infinite": "图像中有 {n} 个体素为 NaN 或无穷大",
    "check the source image and its preprocessing": "请检查源图像及其预处理",
    "Region of {n} voxels with the extent {extent} voxels (k, j, i)": "区域有 {n} 个体素，范围为 {extent} 个体素（k, j, i）",
    "a region that extends along at least two axes": "至少沿两个轴延伸的区域",
    "Region that fills the whole image": "区域充满整个图像",
    "a region with image around it": "周围有图像的区域",
    "redraw the mask, or pad the image": "请重新勾画掩膜，或扩充图像边缘",
    # more of files
    "{name:word} in {folder} goes on in another process": "另一进程正在 {folder} 中进行 {name}",
    "a folder that no other process works in": "没有其他进程使用的文件夹",
    "let that one end or stop it, or choose another folder": "请等待其结束或将其停止，或选择其他文件夹",
    "{name:word} is a file": "{name} 是文件",
    "{name:word} is a folder": "{name} 是文件夹",
    "{found:said}, which stands in the way of the results": "{found}，与结果的位置冲突",
    "a place that holds nothing, or an earlier result": "空的位置，或旧的结果",
    "move it away or choose another output folder": "请将其移走，或选择其他输出文件夹",
    # many cases
    "None of {n} cases could be computed; the first, {case}, stopped at {stage:said}: {found:said}": (
        "{n} 例均未能完成；第一例 {case} 停在{stage}：{found}"
    ),
    "{n:number} finished cases are kept; the same command goes on from there": (
        "已完成的 {n} 例均保留；再次运行同一命令即可继续"
    ),
    "{remedy:said}; {name:word} lists them all": "{remedy}；{name} 中列有全部病例",
    "The study's folder cannot be read ({reason:said})": "无法读取检查文件夹（{reason}）",
    "an image file of each sequence, such as T1WI.nii.gz, in the study's folder": (
        "检查文件夹中每个序列一个图像文件，例如 T1WI.nii.gz"
    ),
    "add them, or go without with --allow-missing": "请补充，或用 --allow-missing 略过",
    "{n:number} images named {role} ({suffixes:list})": "有 {n} 个名为 {role} 的图像（{suffixes}）",
    "keep one of them": "请只保留一个",
}
