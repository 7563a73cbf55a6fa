"""Of tables, lists and entries that cannot be used: what was found, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    # many cases
    "'{name}' does not exist": "“{name}”不存在",
    "a folder of studies, or a table or a list of them": "存放各次检查的文件夹，或其表格或列表",
    "List '{name}' cannot be read ({kind})": "无法读取列表“{name}”（{kind}）",
    "UTF-8 text, the path of one study folder a line": "UTF-8 文本，每行一个检查文件夹的路径",
    "Table {name} without the column {columns:list}": "表格 {name} 缺少列 {columns}",
    "the columns case (a pseudonym) and study (a folder, from the table's place)": (
        "case 列（化名）和 study 列（文件夹，相对于表格所在位置）"
    ),
    "add it": "请添加",
    "No case in '{name}'": "“{name}”中没有病例",
    "a subfolder, a line or a row for each case": "每个病例一个子文件夹或一行",
    "check the folder, list or table": "请检查文件夹、列表或表格",
    "{n:number} faults in the cases of '{name}': {faults:said}": "“{name}”的病例中有 {n} 处错误：{faults}",
    "and {n:number} more": "另有 {n} 处",
    "for each case a name of its own ({signs:said}) and a study": "每个病例有各自的名称（{signs}）和一次检查",
    "letters, digits, spaces, . _ + -": "字母、数字、空格和 . _ + -",
    "correct the names; they become names of folders": "请更正名称；它们将用作文件夹名",
    "case {number:word} is named '{name}'": "第 {number} 个病例的名称为“{name}”",
    "case {number:word} ('{name}') has no study": "第 {number} 个病例（“{name}”）没有检查",
    "'{name}' stands {n:number} times": "“{name}”出现 {n} 次",
    # what was entered
    "give one of these names": "请使用其中一个名称",
    "M or F, male or female, 男 or 女, or male 1 and female 0": "M 或 F，male 或 female，男或女，或男 1、女 0",
    "give M or F; no model was fitted on another value": "请填 M 或 F；没有以其他取值拟合的模型",
    "in a coding with 1 and 2, give M or F": "若以 1 和 2 编码，请改为 M 或 F",
    "with the height in centimetres": "身高误用厘米",
    "from pounds and inches without the factor 703": "用磅和英寸计算而漏乘 703",
    "without its decimal point": "漏写小数点",
    "if it was written or computed {how:said}, give {bmi:number}; else divide kg by the square of metres": (
        "若{how}，请改为 {bmi}；否则请以体重（kg）除以身高（m）的平方"
    ),
    "the reason why the patient is left out, else an empty cell": "排除该患者的原因，否则留空",
    "empty the cells of those who take part": "请清空入组患者的单元格",
    "yes or no, or 1 and 0": "yes 或 no，或 1 和 0",
    "leave it out where it is not known": "不明时请留空",
    "{predictor:said} is a date": "{predictor}是日期",
    "format the cell as a number and enter it anew; where the decimal mark is a comma, Excel makes a day of 24.5": (
        "请将单元格格式设为数值后重新输入；小数点为逗号时，Excel 会把 24.5 当成日期"
    ),
    "give a number, with a point as decimal mark": "请填写数值，小数点用“.”",
    # a review file
    "Review '{name}' cannot be read ({reason})": "无法读取审核文件“{name}”（{reason}）",
    "a JSON file": "JSON 文件",
    "Review '{name}' of a level '{level_name}'": "审核文件“{name}”中有节段“{level_name}”",
    "levels T8 to S1": "T8 至 S1 的节段",
    "correct the file": "请更正该文件",
    "Review '{name}': {place:said}: {message}": "审核文件“{name}”：{place}：{message}",
    "the file": "该文件",
    'JSON with "levels", a list': "含 levels 列表的 JSON",
    "write it with the panel or `segment`": "请用面板或 segment 命令生成",
}
