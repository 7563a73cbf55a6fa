<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
    <context>
        <name>OPRadiomics</name>
        <message>
            <source>Study:</source>
            <translation>检查：</translation>
        </message>
        <message>
            <source>One entry a study: images, masks and result are kept with it. Several studies can lie in one scene.</source>
            <translation>每个检查一个条目：图像、掩膜和结果都随它保存。一个场景中可以有多个检查。</translation>
        </message>
        <message>
            <source>Study</source>
            <translation>检查</translation>
        </message>
        <message>
            <source>Load demo study</source>
            <translation>载入演示检查</translation>
        </message>
        <message>
            <source>Load a simulated lumbar MRI with T1WI, T2WI and FS-T2WI. No real person.</source>
            <translation>载入一例模拟的腰椎 MRI（T1WI、T2WI 和 FS-T2WI）。不是真实患者。</translation>
        </message>
        <message>
            <source>Install packages...</source>
            <translation>安装软件包...</translation>
        </message>
        <message>
            <source>Lists what is missing and how large it is, and asks before anything is installed.</source>
            <translation>列出缺少的软件包及其大小，安装前会先询问。</translation>
        </message>
        <message>
            <source>Folder of wheels...</source>
            <translation>离线安装包文件夹...</translation>
        </message>
        <message>
            <source>For a computer without a network: a folder with the packages as wheels.</source>
            <translation>用于不联网的计算机：存放软件包 wheel 文件的文件夹。</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Stops within a second; the scene stays as it was.</source>
            <translation>一秒内停止，场景保持原样。</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Copy diagnostics</source>
            <translation>复制诊断信息</translation>
        </message>
        <message>
            <source>Versions, the last step and the log, without patient data.</source>
            <translation>版本、最后一步操作和日志，不含患者数据。</translation>
        </message>
        <message>
            <source>1. Study</source>
            <translation>1. 检查</translation>
        </message>
        <message>
            <source>T1WI:</source>
            <translation>T1WI：</translation>
        </message>
        <message>
            <source>Sagittal T1WI of the lumbar spine.</source>
            <translation>腰椎矢状位 T1WI。</translation>
        </message>
        <message>
            <source>T2WI:</source>
            <translation>T2WI：</translation>
        </message>
        <message>
            <source>Sagittal T2WI of the lumbar spine.</source>
            <translation>腰椎矢状位 T2WI。</translation>
        </message>
        <message>
            <source>FS-T2WI:</source>
            <translation>FS-T2WI：</translation>
        </message>
        <message>
            <source>Sagittal FS-T2WI of the lumbar spine.</source>
            <translation>腰椎矢状位脂肪抑制 T2WI。</translation>
        </message>
        <message>
            <source>Fill in from DICOM and names</source>
            <translation>按 DICOM 和名称自动填写</translation>
        </message>
        <message>
            <source>Chooses the sequences by TR, TE, fat suppression and description, and takes age and sex from DICOM; says why.</source>
            <translation>根据 TR、TE、脂肪抑制和序列描述选择序列，从 DICOM 读取年龄和性别，并说明理由。</translation>
        </message>
        <message>
            <source>Age (years):</source>
            <translation>年龄（岁）：</translation>
        </message>
        <message>
            <source>Age at the examination, 18 to 110 years.</source>
            <translation>检查时的年龄，18 至 110 岁。</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>不详</translation>
        </message>
        <message>
            <source>Sex:</source>
            <translation>性别：</translation>
        </message>
        <message>
            <source>Sex, as the models code it.</source>
            <translation>性别，按模型的编码方式。</translation>
        </message>
        <message>
            <source>Optional</source>
            <translation>可选信息</translation>
        </message>
        <message>
            <source>BMI (kg/m²):</source>
            <translation>BMI（kg/m²）：</translation>
        </message>
        <message>
            <source>Body mass index; for models that use it.</source>
            <translation>体质量指数，供需要它的模型使用。</translation>
        </message>
        <message>
            <source>not recorded</source>
            <translation>未记录</translation>
        </message>
        <message>
            <source>Diabetes:</source>
            <translation>糖尿病：</translation>
        </message>
        <message>
            <source>Smoking:</source>
            <translation>吸烟：</translation>
        </message>
        <message>
            <source>Drinking:</source>
            <translation>饮酒：</translation>
        </message>
        <message>
            <source>Reasons for exclusion</source>
            <translation>排除标准</translation>
        </message>
        <message>
            <source>The study left such patients out. Tick what applies: the result will carry a warning.</source>
            <translation>原研究排除了此类患者。请勾选符合的项目，结果中将附带警告。</translation>
        </message>
        <message>
            <source>Previous lumbar fracture</source>
            <translation>既往腰椎骨折</translation>
        </message>
        <message>
            <source>Hardware in the lumbar spine</source>
            <translation>腰椎内固定</translation>
        </message>
        <message>
            <source>Treated for osteoporosis before the imaging</source>
            <translation>检查前接受过抗骨质疏松治疗</translation>
        </message>
        <message>
            <source>Malignancy</source>
            <translation>恶性肿瘤</translation>
        </message>
        <message>
            <source>Haematological disease</source>
            <translation>血液系统疾病</translation>
        </message>
        <message>
            <source>Rheumatoid arthritis</source>
            <translation>类风湿关节炎</translation>
        </message>
        <message>
            <source>Ankylosing spondylitis</source>
            <translation>强直性脊柱炎</translation>
        </message>
        <message>
            <source>Poor image quality</source>
            <translation>图像质量差</translation>
        </message>
        <message>
            <source>2. Segment</source>
            <translation>2. 分割</translation>
        </message>
        <message>
            <source>Segment L1-L3 on T1WI</source>
            <translation>在 T1WI 上分割 L1-L3</translation>
        </message>
        <message>
            <source>The network draws every vertebral body in view and numbers them upward from the sacrum, as if there were five lumbar vertebrae.</source>
            <translation>网络勾画视野内的每个椎体，并以五个腰椎为前提，从骶椎向上编号。</translation>
        </message>
        <message>
            <source>Draw by hand</source>
            <translation>手工勾画</translation>
        </message>
        <message>
            <source>Empty masks for L1, L2 and L3, to draw without the network.</source>
            <translation>L1、L2、L3 的空掩膜，不用网络而手工勾画。</translation>
        </message>
        <message>
            <source>Numbering:</source>
            <translation>编号：</translation>
        </message>
        <message>
            <source>▲ One level up</source>
            <translation>▲ 上移一个节段</translation>
        </message>
        <message>
            <source>All levels one up: what was L2 becomes L1.</source>
            <translation>全部节段上移一位：原 L2 变为 L1。</translation>
        </message>
        <message>
            <source>▼ One level down</source>
            <translation>▼ 下移一个节段</translation>
        </message>
        <message>
            <source>All levels one down: what was L1 becomes L2.</source>
            <translation>全部节段下移一位：原 L1 变为 L2。</translation>
        </message>
        <message>
            <source>Levels are right</source>
            <translation>节段编号正确</translation>
        </message>
        <message>
            <source>You have checked that L1 is L1. Shifting takes this back.</source>
            <translation>您已核对 L1 确为 L1。移动节段后需重新确认。</translation>
        </message>
        <message>
            <source>Names in the views</source>
            <translation>在视图中显示名称</translation>
        </message>
        <message>
            <source>Writes L1, L2, ... into the slice views.</source>
            <translation>在切片视图中标注 L1、L2 等名称。</translation>
        </message>
        <message>
            <source>Show in 3-D</source>
            <translation>三维显示</translation>
        </message>
        <message>
            <source>Makes surfaces and shows a 3-D view beside the slices.</source>
            <translation>生成表面，并在切片旁显示三维视图。</translation>
        </message>
        <message>
            <source>3. Review</source>
            <translation>3. 审核</translation>
        </message>
        <message>
            <source>Click a row to go to the level. Flags say what to look at.</source>
            <translation>点击某一行可跳转到该节段。提示栏说明需要查看的问题。</translation>
        </message>
        <message>
            <source>Reader:</source>
            <translation>阅片者：</translation>
        </message>
        <message>
            <source>Your initials, kept with each accepted level.</source>
            <translation>您的姓名缩写，随每个审核通过的节段保存。</translation>
        </message>
        <message>
            <source>initials</source>
            <translation>姓名缩写</translation>
        </message>
        <message>
            <source>Accept level</source>
            <translation>该节段通过</translation>
        </message>
        <message>
            <source>The selected level is right as it is drawn (Shift+A). Editing it afterwards takes this back.</source>
            <translation>所选节段的勾画正确 (Shift+A)。此后再编辑会撤销通过。</translation>
        </message>
        <message>
            <source>Accept L1-L3</source>
            <translation>L1-L3 全部通过</translation>
        </message>
        <message>
            <source>All three levels are right as they are drawn.</source>
            <translation>三个节段的勾画均正确。</translation>
        </message>
        <message>
            <source>Withdraw</source>
            <translation>撤回</translation>
        </message>
        <message>
            <source>Take the selected level's acceptance back.</source>
            <translation>撤回所选节段的审核通过。</translation>
        </message>
        <message>
            <source>Edit masks on:</source>
            <translation>编辑掩膜所在序列：</translation>
        </message>
        <message>
            <source>The sequence whose masks the tools below change.</source>
            <translation>下方工具所修改的掩膜属于该序列。</translation>
        </message>
        <message>
            <source>Outline</source>
            <translation>轮廓</translation>
        </message>
        <message>
            <source>Only the outlines of the masks (Shift+O).</source>
            <translation>只显示掩膜的轮廓 (Shift+O)。</translation>
        </message>
        <message>
            <source>Three views</source>
            <translation>三视图</translation>
        </message>
        <message>
            <source>T1WI, T2WI and FS-T2WI side by side, linked.</source>
            <translation>T1WI、T2WI 和 FS-T2WI 并排联动显示。</translation>
        </message>
        <message>
            <source>Keys: Shift+N next level, Shift+A accept, Shift+O outline, Shift+Up / Shift+Down next slice, Ctrl+Z undo.</source>
            <translation>快捷键：Shift+N 下一节段，Shift+A 通过，Shift+O 轮廓，Shift+↑ / Shift+↓ 切换层面，Ctrl+Z 撤销。</translation>
        </message>
        <message>
            <source>4. Other sequences</source>
            <translation>4. 其他序列</translation>
        </message>
        <message>
            <source>Show the marrow region</source>
            <translation>显示骨髓区</translation>
        </message>
        <message>
            <source>The region that the features describe: inside the cortex, off the basivertebral vein.</source>
            <translation>特征所描述的区域：位于骨皮质内，避开椎基静脉。</translation>
        </message>
        <message>
            <source>Register if the patient moved</source>
            <translation>患者移动时进行配准</translation>
        </message>
        <message>
            <source>A rigid registration around the vertebrae, at most 10 mm and 10 degrees, kept only where the alignment gets better.</source>
            <translation>围绕椎体的刚性配准，不超过 10 mm 和 10 度，仅在对齐改善时采用。</translation>
        </message>
        <message>
            <source>Propagate to T2WI and FS-T2WI</source>
            <translation>传递到 T2WI 和 FS-T2WI</translation>
        </message>
        <message>
            <source>Carries the bodies through physical space and measures at each level whether the patient lay still.</source>
            <translation>按物理坐标把椎体掩膜传递过去，并逐节段测量患者是否移动。</translation>
        </message>
        <message>
            <source>Before / after</source>
            <translation>配准前 / 后</translation>
        </message>
        <message>
            <source>Hold to see the masks as the scanner's coordinates place them, release to see them registered.</source>
            <translation>按住时按扫描坐标显示掩膜，松开时显示配准后的掩膜。</translation>
        </message>
        <message>
            <source>How far each level seems to lie off, in mm. 2 mm or more is marked.</source>
            <translation>各节段估计的偏移量 (mm)，2 mm 及以上会标出。</translation>
        </message>
        <message>
            <source>5. Predict OP</source>
            <translation>5. 预测骨质疏松</translation>
        </message>
        <message>
            <source>Model:</source>
            <translation>模型：</translation>
        </message>
        <message>
            <source>Signatures that ship, and your own from the models folder.</source>
            <translation>随软件提供的模型，以及模型文件夹中您自己的模型。</translation>
        </message>
        <message>
            <source>Card</source>
            <translation>模型卡</translation>
        </message>
        <message>
            <source>What the model was trained on, and how it was validated.</source>
            <translation>模型用什么数据训练、如何验证。</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Open the folder for your own models.</source>
            <translation>打开存放您自己模型的文件夹。</translation>
        </message>
        <message>
            <source>What the prediction needs: red stops it, amber goes into the warnings.</source>
            <translation>预测所需的条件：红色会阻止预测，黄色会写入警告。</translation>
        </message>
        <message>
            <source>Predict OP</source>
            <translation>预测骨质疏松</translation>
        </message>
        <message>
            <source>Features of all sequences, Radscores, and the clinical, radiomics and combined probability.</source>
            <translation>各序列的特征、Radscore，以及临床、影像组学和联合模型的概率。</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>The result as text.</source>
            <translation>以文本形式复制结果。</translation>
        </message>
        <message>
            <source>Save report...</source>
            <translation>保存报告...</translation>
        </message>
        <message>
            <source>The whole result folder: report, JSON, masks, features, pictures.</source>
            <translation>整个结果文件夹：报告、JSON、掩膜、特征和图片。</translation>
        </message>
        <message>
            <source>Open report</source>
            <translation>打开报告</translation>
        </message>
        <message>
            <source>The report in the browser.</source>
            <translation>在浏览器中查看报告。</translation>
        </message>
        <message>
            <source>Export DICOM...</source>
            <translation>导出 DICOM...</translation>
        </message>
        <message>
            <source>Masks as DICOM SEG and the result as DICOM SR.</source>
            <translation>掩膜导出为 DICOM SEG，结果导出为 DICOM SR。</translation>
        </message>
        <message>
            <source>6. Batch</source>
            <translation>6. 批处理</translation>
        </message>
        <message>
            <source>Studies in:</source>
            <translation>检查所在文件夹：</translation>
        </message>
        <message>
            <source>A folder with one subfolder for each study, or a table with the columns case, study, age and sex.</source>
            <translation>每个检查一个子文件夹的文件夹，或含 case、study、age、sex 列的表格。</translation>
        </message>
        <message>
            <source>Take the studies selected in the DICOM browser</source>
            <translation>采用 DICOM 浏览器中所选的检查</translation>
        </message>
        <message>
            <source>Select studies in Slicer's DICOM module first.</source>
            <translation>请先在 Slicer 的 DICOM 模块中选择检查。</translation>
        </message>
        <message>
            <source>Results to:</source>
            <translation>结果保存到：</translation>
        </message>
        <message>
            <source>A folder for the results; finished cases are not computed again.</source>
            <translation>存放结果的文件夹；已完成的病例不会重复计算。</translation>
        </message>
        <message>
            <source>Predict all</source>
            <translation>全部预测</translation>
        </message>
        <message>
            <source>The model chosen above for every study; masks are the network's own, unreviewed. Failures are listed and stop nothing.</source>
            <translation>对每个检查使用上面所选的模型；掩膜由网络生成，未经审核。失败的病例会列出，不影响其余病例。</translation>
        </message>
        <message>
            <source>OPRadiomics</source>
            <translation>OPRadiomics</translation>
        </message>
        <message>
            <source>Osteoporosis from lumbar MRI: segments L1-L3 on T1WI, lets you review the masks, extracts radiomic features of three sequences and explains the predicted probability. Research use only, not for diagnosis.</source>
            <translation>由腰椎 MRI 评估骨质疏松：在 T1WI 上分割 L1-L3，供您审核掩膜，提取三个序列的影像组学特征，并解释预测概率。仅供研究使用，不用于诊断。</translation>
        </message>
        <message>
            <source>Implements Wang W. et al., Radiologic Practice 2026(4):453-459, doi 10.13609/j.cnki.1000-0313.2026.04.016.</source>
            <translation>实现 Wang W. 等的方法，《放射学实践》2026(4):453-459，doi 10.13609/j.cnki.1000-0313.2026.04.016。</translation>
        </message>
        <message>
            <source>Segment</source>
            <translation>分割</translation>
        </message>
        <message>
            <source>Propagate</source>
            <translation>传递</translation>
        </message>
        <message>
            <source>Marrow region</source>
            <translation>骨髓区</translation>
        </message>
        <message>
            <source>Batch</source>
            <translation>批处理</translation>
        </message>
        <message>
            <source>Export DICOM</source>
            <translation>导出 DICOM</translation>
        </message>
    </context>
    <context>
        <name>OPRadiomicsTraining</name>
        <message>
            <source>Project:</source>
            <translation>项目：</translation>
        </message>
        <message>
            <source>Open...</source>
            <translation>打开...</translation>
        </message>
        <message>
            <source>Open a project folder, also one on a shared disk.</source>
            <translation>打开项目文件夹，也可位于共享磁盘。</translation>
        </message>
        <message>
            <source>New...</source>
            <translation>新建...</translation>
        </message>
        <message>
            <source>Make a project in a new, empty folder.</source>
            <translation>在新的空文件夹中建立项目。</translation>
        </message>
        <message>
            <source>Refresh</source>
            <translation>刷新</translation>
        </message>
        <message>
            <source>Look at the folder again: others may have changed it.</source>
            <translation>重新读取文件夹：他人可能已作更改。</translation>
        </message>
        <message>
            <source>Reader:</source>
            <translation>阅片者：</translation>
        </message>
        <message>
            <source>Your initials: letters and digits, kept with every mask.</source>
            <translation>您的姓名缩写（字母和数字），随每个掩膜保存。</translation>
        </message>
        <message>
            <source>initials</source>
            <translation>姓名缩写</translation>
        </message>
        <message>
            <source>What you do: A draws, B reviews, C arbitrates; or a reading for an agreement study, which hides every other mask.</source>
            <translation>您的任务：A 勾画，B 复核，C 仲裁；或一致性研究的阅片，此时隐藏其他所有掩膜。</translation>
        </message>
        <message>
            <source>Install packages...</source>
            <translation>安装软件包...</translation>
        </message>
        <message>
            <source>Lists what is missing and how large it is, and asks before anything is installed.</source>
            <translation>列出缺少的软件包及其大小，安装前会先询问。</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Stops within a second; what was finished stays.</source>
            <translation>一秒内停止，已完成的部分保留。</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Copy diagnostics</source>
            <translation>复制诊断信息</translation>
        </message>
        <message>
            <source>Versions, the last step and the log, without patient data.</source>
            <translation>版本、最后一步操作和日志，不含患者数据。</translation>
        </message>
        <message>
            <source>Of the job that runs; the list under 'Jobs' has them all.</source>
            <translation>正在运行的任务的进度；全部任务见“任务”列表。</translation>
        </message>
        <message>
            <source>1. Dataset</source>
            <translation>1. 数据集</translation>
        </message>
        <message>
            <source>Add:</source>
            <translation>添加：</translation>
        </message>
        <message>
            <source>Study...</source>
            <translation>检查...</translation>
        </message>
        <message>
            <source>One study: a DICOM folder, or a folder with T1WI, T2WI and FS-T2WI as image files.</source>
            <translation>一次检查：DICOM 文件夹，或含 T1WI、T2WI 和 FS-T2WI 图像文件的文件夹。</translation>
        </message>
        <message>
            <source>Folder of studies...</source>
            <translation>多次检查的文件夹...</translation>
        </message>
        <message>
            <source>Every subfolder is one study.</source>
            <translation>每个子文件夹为一次检查。</translation>
        </message>
        <message>
            <source>Table...</source>
            <translation>表格...</translation>
        </message>
        <message>
            <source>A table with the columns case and study; age, sex, label, BMD and so on go along.</source>
            <translation>含 case 和 study 列的表格；年龄、性别、标签、骨密度等一并带入。</translation>
        </message>
        <message>
            <source>From DICOM</source>
            <translation>来自 DICOM</translation>
        </message>
        <message>
            <source>The studies that are selected in the DICOM browser.</source>
            <translation>DICOM 浏览器中选中的检查。</translation>
        </message>
        <message>
            <source>From scene</source>
            <translation>来自场景</translation>
        </message>
        <message>
            <source>The studies of the OPRadiomics module; without any, the images of the scene, recognised by header or name.</source>
            <translation>OPRadiomics 模块中的检查；若没有，则为场景中按文件头或名称识别的图像。</translation>
        </message>
        <message>
            <source>Centre:</source>
            <translation>中心：</translation>
        </message>
        <message>
            <source>Where the studies were made, such as A; kept with each study that is added now.</source>
            <translation>检查所在中心，例如 A；随本次添加的每个检查保存。</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>Simulated images</source>
            <translation>模拟图像</translation>
        </message>
        <message>
            <source>Results of a project with simulated images are marked DEMO. What the simulator wrote as DICOM is known by its header.</source>
            <translation>含模拟图像的项目，其结果标记为 DEMO。模拟器生成的 DICOM 可由文件头识别。</translation>
        </message>
        <message>
            <source>Names, numbers and dates of patients stay outside: each study gets a new name. The key lies in a folder of its own.</source>
            <translation>患者姓名、编号和日期不会进入项目：每次检查获得新名称，对照表存放在单独的文件夹中。</translation>
        </message>
        <message>
            <source>Only cases in this state.</source>
            <translation>仅显示此状态的病例。</translation>
        </message>
        <message>
            <source>Part of a name, a scanner or a centre; several with commas between, such as 0003, 0007.</source>
            <translation>名称、扫描仪或中心的一部分；可用逗号分隔多个，例如 0003, 0007。</translation>
        </message>
        <message>
            <source>filter</source>
            <translation>筛选</translation>
        </message>
        <message>
            <source>Free</source>
            <translation>空闲</translation>
        </message>
        <message>
            <source>Only cases that nobody works on.</source>
            <translation>仅显示无人处理的病例。</translation>
        </message>
        <message>
            <source>Double-click a case to open it with the step chosen above.</source>
            <translation>双击病例，按上方所选任务打开。</translation>
        </message>
        <message>
            <source>Cases whose mask two readers agree on.</source>
            <translation>掩膜已获两位阅片者认可的病例。</translation>
        </message>
        <message>
            <source>Pre-segment new cases</source>
            <translation>预分割新病例</translation>
        </message>
        <message>
            <source>The network in use proposes a mask for every new case.</source>
            <translation>当前网络为每个新病例提出掩膜。</translation>
        </message>
        <message>
            <source>Break claim...</source>
            <translation>解除占用...</translation>
        </message>
        <message>
            <source>Take the selected case away from its reader; your reason is kept. Ask the reader first.</source>
            <translation>解除阅片者对所选病例的占用；理由将被保存。请先询问该阅片者。</translation>
        </message>
        <message>
            <source>2. Annotate</source>
            <translation>2. 标注</translation>
        </message>
        <message>
            <source>Next case</source>
            <translation>下一病例</translation>
        </message>
        <message>
            <source>Claim the next free case for your step, load it and start from the proposal.</source>
            <translation>占用适合您任务的下一个空闲病例，加载并从预分割开始。</translation>
        </message>
        <message>
            <source>Open selected</source>
            <translation>打开所选</translation>
        </message>
        <message>
            <source>Claim the case that is selected in the list above.</source>
            <translation>占用上方列表中所选的病例。</translation>
        </message>
        <message>
            <source>Numbering:</source>
            <translation>编号：</translation>
        </message>
        <message>
            <source>▲ One level up</source>
            <translation>▲ 上移一个节段</translation>
        </message>
        <message>
            <source>All levels one up: what was L2 becomes L1.</source>
            <translation>全部节段上移一位：原 L2 变为 L1。</translation>
        </message>
        <message>
            <source>▼ One level down</source>
            <translation>▼ 下移一个节段</translation>
        </message>
        <message>
            <source>All levels one down: what was L1 becomes L2.</source>
            <translation>全部节段下移一位：原 L1 变为 L2。</translation>
        </message>
        <message>
            <source>Outline</source>
            <translation>轮廓</translation>
        </message>
        <message>
            <source>Only the outlines of the masks (Shift+O).</source>
            <translation>只显示掩膜的轮廓 (Shift+O)。</translation>
        </message>
        <message>
            <source>Three views</source>
            <translation>三视图</translation>
        </message>
        <message>
            <source>T1WI, T2WI and FS-T2WI side by side, linked.</source>
            <translation>T1WI、T2WI 和 FS-T2WI 并排联动显示。</translation>
        </message>
        <message>
            <source>Keys: Shift+N next level, Shift+O outline, Shift+Up / Shift+Down next slice, Ctrl+Z undo.</source>
            <translation>快捷键：Shift+N 下一节段，Shift+O 轮廓，Shift+↑ / Shift+↓ 切换层面，Ctrl+Z 撤销。</translation>
        </message>
        <message>
            <source>Note:</source>
            <translation>备注：</translation>
        </message>
        <message>
            <source>Kept with the version that you save; nothing of the patient, please.</source>
            <translation>随所保存的版本保留；请勿写入患者信息。</translation>
        </message>
        <message>
            <source>Save version</source>
            <translation>保存版本</translation>
        </message>
        <message>
            <source>Keep the mask as the next version and give the case back.</source>
            <translation>将掩膜保存为下一版本并释放病例。</translation>
        </message>
        <message>
            <source>Save and ask for arbitration</source>
            <translation>保存并请求仲裁</translation>
        </message>
        <message>
            <source>Of a review: reader C shall decide.</source>
            <translation>用于复核：由阅片者 C 决定。</translation>
        </message>
        <message>
            <source>Put back</source>
            <translation>放回</translation>
        </message>
        <message>
            <source>Give the case back without a version; the drawing is kept for your next time.</source>
            <translation>不保存版本而释放病例；勾画内容保留供您下次使用。</translation>
        </message>
        <message>
            <source>3. Agreement</source>
            <translation>3. 一致性</translation>
        </message>
        <message>
            <source>Study:</source>
            <translation>检查：</translation>
        </message>
        <message>
            <source>Agreement studies of the project.</source>
            <translation>项目的一致性研究。</translation>
        </message>
        <message>
            <source>Draw cases</source>
            <translation>抽取病例</translation>
        </message>
        <message>
            <source>Make a study of cases drawn at random, with the settings below; it is never changed afterwards.</source>
            <translation>按下方设置随机抽取病例建立研究；建立后不再更改。</translation>
        </message>
        <message>
            <source>Take the cases shown</source>
            <translation>采用所示病例</translation>
        </message>
        <message>
            <source>Make a study of the very cases that the work list shows: choose them with the filters of section 1.</source>
            <translation>以工作列表当前所示病例建立研究：请用第 1 部分的筛选条件选择。</translation>
        </message>
        <message>
            <source>New study:</source>
            <translation>新研究：</translation>
        </message>
        <message>
            <source>Letters, digits, _ and -.</source>
            <translation>字母、数字、_ 和 -。</translation>
        </message>
        <message>
            <source>name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>cases</source>
            <translation>例</translation>
        </message>
        <message>
            <source>Cases to draw at random.</source>
            <translation>随机抽取的病例数。</translation>
        </message>
        <message>
            <source>seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <source>The same seed draws the same cases.</source>
            <translation>相同的种子抽取相同的病例。</translation>
        </message>
        <message>
            <source>Readers A, B:</source>
            <translation>阅片者 A、B：</translation>
        </message>
        <message>
            <source>Who draws first, and again after the interval.</source>
            <translation>首次勾画并在间隔后再次勾画者。</translation>
        </message>
        <message>
            <source>Who reviews.</source>
            <translation>复核者。</translation>
        </message>
        <message>
            <source>Who still has to read what. A reading that waits names the day, or the reading before it.</source>
            <translation>谁还需阅读什么。等待中的阅片会注明日期或其前一次阅片。</translation>
        </message>
        <message>
            <source>The network reads too</source>
            <translation>网络也参与阅片</translation>
        </message>
        <message>
            <source>Compare the network with reader B as well.</source>
            <translation>同时将网络与阅片者 B 比较。</translation>
        </message>
        <message>
            <source>Run ICC study</source>
            <translation>运行 ICC 研究</translation>
        </message>
        <message>
            <source>Features of every reading, ICC, Dice, Bland-Altman; in a process of its own.</source>
            <translation>每次阅片的特征、ICC、Dice、Bland-Altman；在独立进程中运行。</translation>
        </message>
        <message>
            <source>Open report</source>
            <translation>打开报告</translation>
        </message>
        <message>
            <source>The report in the browser.</source>
            <translation>在浏览器中查看报告。</translation>
        </message>
        <message>
            <source>Save report...</source>
            <translation>保存报告...</translation>
        </message>
        <message>
            <source>The report as one file, with its pictures, wherever you want it.</source>
            <translation>将报告连同图片存为一个文件，位置由您选择。</translation>
        </message>
        <message>
            <source>Figure:</source>
            <translation>图：</translation>
        </message>
        <message>
            <source>Figures of the study that is shown.</source>
            <translation>所示研究的图。</translation>
        </message>
        <message>
            <source>Click to open the picture at its full size.</source>
            <translation>点击以原始大小打开图片。</translation>
        </message>
        <message>
            <source>Features that agree well enough to be kept.</source>
            <translation>一致性足够而保留的特征。</translation>
        </message>
        <message>
            <source>4. Retrain</source>
            <translation>4. 再训练</translation>
        </message>
        <message>
            <source>Start from:</source>
            <translation>起点：</translation>
        </message>
        <message>
            <source>Going on from a network needs far fewer cases than starting anew.</source>
            <translation>从已有网络继续训练所需病例远少于从头训练。</translation>
        </message>
        <message>
            <source>Epochs:</source>
            <translation>轮数：</translation>
        </message>
        <message>
            <source>The study trained for 100.</source>
            <translation>原研究训练 100 轮。</translation>
        </message>
        <message>
            <source>batches:</source>
            <translation>批次：</translation>
        </message>
        <message>
            <source>Of 8 samples, in each epoch. Fewer make an epoch shorter.</source>
            <translation>每轮的批次数，每批 8 个样本。批次越少，每轮越短。</translation>
        </message>
        <message>
            <source>Device:</source>
            <translation>设备：</translation>
        </message>
        <message>
            <source>cuda needs an NVIDIA card and a torch made for it.</source>
            <translation>cuda 需要 NVIDIA 显卡及相应的 torch。</translation>
        </message>
        <message>
            <source>Cases:</source>
            <translation>病例：</translation>
        </message>
        <message>
            <source>Only those shown in the work list</source>
            <translation>仅工作列表所示病例</translation>
        </message>
        <message>
            <source>Choose cases with the filters of section 1; off: all cases whose mask is ready.</source>
            <translation>用第 1 部分的筛选条件选择病例；不勾选则采用所有掩膜已就绪的病例。</translation>
        </message>
        <message>
            <source>Also unreviewed masks</source>
            <translation>包括未复核掩膜</translation>
        </message>
        <message>
            <source>Also cases that only one reader drew.</source>
            <translation>也包括仅由一位阅片者勾画的病例。</translation>
        </message>
        <message>
            <source>Name:</source>
            <translation>名称：</translation>
        </message>
        <message>
            <source>Of the new network.</source>
            <translation>新网络的名称。</translation>
        </message>
        <message>
            <source>Train</source>
            <translation>训练</translation>
        </message>
        <message>
            <source>In a process of its own that goes on when Slicer is closed. Needs torch and MONAI.</source>
            <translation>在独立进程中运行，关闭 Slicer 后继续。需要 torch 和 MONAI。</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>From the last epoch of the run that is shown, with the settings that it was started with.</source>
            <translation>从所示训练的最后一轮继续，沿用其开始时的设置。</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stops the run that is shown; its last epoch is kept, and Go on continues from there.</source>
            <translation>停止所示训练；保留最后一轮，可用“继续”从该处接着训练。</translation>
        </message>
        <message>
            <source>torch, MONAI and others, which training and fitting need; lists them and asks first.</source>
            <translation>训练和拟合所需的 torch、MONAI 等软件包；先列出并询问。</translation>
        </message>
        <message>
            <source>Run:</source>
            <translation>训练：</translation>
        </message>
        <message>
            <source>Training runs of the project.</source>
            <translation>项目的训练记录。</translation>
        </message>
        <message>
            <source>Dice of each held-out case with the new network and with the one in use when the run began: levels against what the reader drew, bodies against the labels as training moves their border. Click a case to see it.</source>
            <translation>每个留出病例在新网络与训练开始时所用网络下的 Dice：各节段与阅片者的勾画比较，椎体与训练调整边界后的标签比较。单击病例可查看。</translation>
        </message>
        <message>
            <source>◀</source>
            <translation>◀</translation>
        </message>
        <message>
            <source>The held-out case before.</source>
            <translation>上一个留出病例。</translation>
        </message>
        <message>
            <source>Slices of the case, from the patient's right to left.</source>
            <translation>该病例的层面，从患者右侧到左侧。</translation>
        </message>
        <message>
            <source>▶</source>
            <translation>▶</translation>
        </message>
        <message>
            <source>The next held-out case.</source>
            <translation>下一个留出病例。</translation>
        </message>
        <message>
            <source>Copy table</source>
            <translation>复制表格</translation>
        </message>
        <message>
            <source>Into the clipboard, for a spreadsheet.</source>
            <translation>复制到剪贴板，可粘贴到电子表格。</translation>
        </message>
        <message>
            <source>Install as active network</source>
            <translation>安装为当前网络</translation>
        </message>
        <message>
            <source>OPRadiomics and this module segment with it from now on; the one before stays installed.</source>
            <translation>此后 OPRadiomics 和本模块用它分割；之前的网络仍保留。</translation>
        </message>
        <message>
            <source>Active network:</source>
            <translation>当前网络：</translation>
        </message>
        <message>
            <source>What OPRadiomics and this module segment with. Networks stay installed: choose an older one to go back to it.</source>
            <translation>OPRadiomics 与本模块分割所用的网络。旧网络仍保留：选择较早的网络即可换回。</translation>
        </message>
        <message>
            <source>Back to the one before</source>
            <translation>换回上一个网络</translation>
        </message>
        <message>
            <source>Use the network again that was active before the last change.</source>
            <translation>重新使用上次更改之前的网络。</translation>
        </message>
        <message>
            <source>5. Fit</source>
            <translation>5. 拟合</translation>
        </message>
        <message>
            <source>Clinical table...</source>
            <translation>临床表格...</translation>
        </message>
        <message>
            <source>A table with the column case (sub-0001, ...) and label or bmd, bmi, diabetes, smoking, drinking, exclusion.</source>
            <translation>含 case 列（sub-0001 等）及 label 或 bmd、bmi、diabetes、smoking、drinking、exclusion 的表格。</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>检查</translation>
        </message>
        <message>
            <source>Write the cohort and list every fault of it below.</source>
            <translation>写出队列并在下方列出所有错误。</translation>
        </message>
        <message>
            <source>Faults of the cohort: mend them in the clinical table, and check again.</source>
            <translation>队列的错误：请在临床表格中修正后再次检查。</translation>
        </message>
        <message>
            <source>Protocol:</source>
            <translation>方案：</translation>
        </message>
        <message>
            <source>nested: everything inside the fold; paper: selection once, optimistic.</source>
            <translation>nested：全部在折内进行；paper：只选择一次，结果偏乐观。</translation>
        </message>
        <message>
            <source>Trials:</source>
            <translation>试验次数：</translation>
        </message>
        <message>
            <source>Of Bayesian optimisation; 0: none.</source>
            <translation>贝叶斯优化的试验次数；0 表示不优化。</translation>
        </message>
        <message>
            <source>Folds:</source>
            <translation>折数：</translation>
        </message>
        <message>
            <source>Of the cross-validations; a small cohort allows fewer.</source>
            <translation>交叉验证的折数；小队列只能用较少的折数。</translation>
        </message>
        <message>
            <source>of LASSO:</source>
            <translation>LASSO 折数：</translation>
        </message>
        <message>
            <source>Of the cross-validation in LASSO; at most the patients of the smaller class.</source>
            <translation>LASSO 交叉验证的折数；不超过较小类别的患者数。</translation>
        </message>
        <message>
            <source>Features:</source>
            <translation>特征：</translation>
        </message>
        <message>
            <source>All, or those that an ICC study kept.</source>
            <translation>全部，或某项 ICC 研究保留的特征。</translation>
        </message>
        <message>
            <source>Of the new signature.</source>
            <translation>新模型的名称。</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>拟合</translation>
        </message>
        <message>
            <source>Features of every case, selection, Radscores, models, report; in a process of its own that goes on when Slicer is closed.</source>
            <translation>提取每例特征、筛选、Radscore、模型和报告；在独立进程中运行，关闭 Slicer 后继续。</translation>
        </message>
        <message>
            <source>Result:</source>
            <translation>结果：</translation>
        </message>
        <message>
            <source>Fits of the project.</source>
            <translation>项目的拟合结果。</translation>
        </message>
        <message>
            <source>Table:</source>
            <translation>表：</translation>
        </message>
        <message>
            <source>Tables of the result.</source>
            <translation>结果的表格。</translation>
        </message>
        <message>
            <source>The table that is chosen above.</source>
            <translation>上面所选的表格。</translation>
        </message>
        <message>
            <source>Figures of the result.</source>
            <translation>结果的图。</translation>
        </message>
        <message>
            <source>The full report in the browser.</source>
            <translation>在浏览器中打开完整报告。</translation>
        </message>
        <message>
            <source>Show in Slicer</source>
            <translation>在 Slicer 中显示</translation>
        </message>
        <message>
            <source>Tables and curves as nodes of the scene: they can be looked at beside the images, saved and exported.</source>
            <translation>将表格和曲线作为场景节点：可与图像并排查看、保存和导出。</translation>
        </message>
        <message>
            <source>Install signature</source>
            <translation>安装模型</translation>
        </message>
        <message>
            <source>OPRadiomics lists it among its models from then on.</source>
            <translation>此后 OPRadiomics 的模型列表中将包含它。</translation>
        </message>
        <message>
            <source>6. Jobs</source>
            <translation>6. 任务</translation>
        </message>
        <message>
            <source>Work in processes of their own: it goes on when this panel or Slicer is closed.</source>
            <translation>在独立进程中的工作：关闭本面板或 Slicer 后继续运行。</translation>
        </message>
        <message>
            <source>What the selected job has said.</source>
            <translation>所选任务输出的信息。</translation>
        </message>
        <message>
            <source>Type this on another computer that has the project folder; run it there instead of here.</source>
            <translation>在另一台可访问项目文件夹的计算机上输入此命令，即可在那里运行。</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>The command line for another computer.</source>
            <translation>用于另一台计算机的命令行。</translation>
        </message>
        <message>
            <source>Start new jobs on this computer</source>
            <translation>在本机启动新任务</translation>
        </message>
        <message>
            <source>Off: a new job waits until its command line is run somewhere.</source>
            <translation>关闭时，新任务等待其命令行在某处运行。</translation>
        </message>
        <message>
            <source>Cancel job</source>
            <translation>取消任务</translation>
        </message>
        <message>
            <source>Stops the selected job; what it has finished stays.</source>
            <translation>停止所选任务；已完成的部分保留。</translation>
        </message>
        <message>
            <source>OPRadiomics Training</source>
            <translation>OPRadiomics 训练</translation>
        </message>
        <message>
            <source>Turns a department's own lumbar MRI into its own models: annotate by three readers, measure their agreement, retrain the segmentation network, fit signatures. Research use only, not for diagnosis.</source>
            <translation>将科室自己的腰椎 MRI 转化为自己的模型：三位阅片者标注、测量一致性、再训练分割网络、拟合模型。仅供研究，不用于诊断。</translation>
        </message>
        <message>
            <source>Implements Wang W. et al., Radiologic Practice 2026(4):453-459, doi 10.13609/j.cnki.1000-0313.2026.04.016.</source>
            <translation>实现 Wang W. 等的方法，《放射学实践》2026(4):453-459，doi 10.13609/j.cnki.1000-0313.2026.04.016。</translation>
        </message>
        <message>
            <source>Add studies</source>
            <translation>添加检查</translation>
        </message>
        <message>
            <source>Pre-segment</source>
            <translation>预分割</translation>
        </message>
    </context>
    <context>
        <name>gui.agreement_section</name>
        <message>
            <source>to read now</source>
            <translation>现可阅片</translation>
        </message>
        <message>
            <source>waits for {what}</source>
            <translation>等待 {what}</translation>
        </message>
        <message>
            <source>Case</source>
            <translation>病例</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>阅片</translation>
        </message>
        <message>
            <source>Reader</source>
            <translation>阅片者</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>{done} of {total} readings done.</source>
            <translation>已完成 {done} / {total} 次阅片。</translation>
        </message>
        <message>
            <source>{name}: {cases} will be read.</source>
            <translation>{name}：将阅片 {cases}。</translation>
        </message>
        <message>
            <source>ICC study {name}</source>
            <translation>ICC 研究 {name}</translation>
        </message>
    </context>
    <context>
        <name>gui.annotate_section</name>
        <message>
            <source>No case is open.</source>
            <translation>未打开病例。</translation>
        </message>
        <message>
            <source>from the bare image</source>
            <translation>从原始图像开始</translation>
        </message>
        <message>
            <source>{case}: {step}, reader {reader}, begun {start}.</source>
            <translation>{case}：{step}，阅片者 {reader}，起点：{start}。</translation>
        </message>
        <message>
            <source>{case} is open: check the numbering and every slice, then save the version.</source>
            <translation>{case} 已打开：请检查节段编号和每个层面，然后保存版本。</translation>
        </message>
        <message>
            <source>Kept every {seconds} s: a crash loses a minute at most.</source>
            <translation>每 {seconds} 秒保存一次：崩溃最多丢失一分钟。</translation>
        </message>
        <message>
            <source>A drawing of yours from {time} was not saved. Go on with it? No starts anew.</source>
            <translation>您于 {time} 的勾画尚未保存。是否继续？选“否”则重新开始。</translation>
        </message>
        <message>
            <source>Recovered drawing</source>
            <translation>恢复的勾画</translation>
        </message>
        <message>
            <source>Drawing kept at {time}.</source>
            <translation>勾画已于 {time} 保存。</translation>
        </message>
        <message>
            <source>{case}: version {number} saved.</source>
            <translation>{case}：已保存版本 {number}。</translation>
        </message>
        <message>
            <source>{case} is put back. Your drawing is kept, and offered when you open the case again.</source>
            <translation>{case} 已放回。您的勾画已保留，再次打开该病例时可继续。</translation>
        </message>
    </context>
    <context>
        <name>gui.batch_section</name>
        <message>
            <source>This Slicer has no open DICOM database.</source>
            <translation>此 Slicer 没有打开的 DICOM 数据库。</translation>
        </message>
        <message>
            <source>No study is selected in the DICOM browser. Select studies there first.</source>
            <translation>DICOM 浏览器中没有选择检查。请先在其中选择。</translation>
        </message>
        <message>
            <source>{count} studies taken; they are named by number.</source>
            <translation>已采用 {count} 个检查，按编号命名。</translation>
        </message>
        <message>
            <source>Choose the folder with the studies and one for the results.</source>
            <translation>请选择检查所在的文件夹和存放结果的文件夹。</translation>
        </message>
        <message>
            <source>{title}: cancelled. Finished studies are kept; the same batch goes on from them.</source>
            <translation>{title}：已取消。已完成的检查会保留，再次运行同一批处理即可继续。</translation>
        </message>
    </context>
    <context>
        <name>gui.case_nodes</name>
        <message>
            <source>Reader {reader}</source>
            <translation>阅片者 {reader}</translation>
        </message>
    </context>
    <context>
        <name>gui.comparison_view</name>
        <message>
            <source>{count} held-out cases: Dice {new} with the new network, {before} with {name}.</source>
            <translation>{count} 例留出病例：新网络 Dice {new}，{name} 为 {before}。</translation>
        </message>
        <message>
            <source>new</source>
            <translation>新</translation>
        </message>
        <message>
            <source>before</source>
            <translation>原网络</translation>
        </message>
        <message>
            <source>difference</source>
            <translation>差值</translation>
        </message>
        <message>
            <source>Case</source>
            <translation>病例</translation>
        </message>
        <message>
            <source>Bodies</source>
            <translation>椎体</translation>
        </message>
        <message>
            <source>mean</source>
            <translation>均值</translation>
        </message>
    </context>
    <context>
        <name>gui.dataset_section</name>
        <message>
            <source>all states</source>
            <translation>所有状态</translation>
        </message>
        <message>
            <source>Case</source>
            <translation>病例</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>In work by</source>
            <translation>处理者</translation>
        </message>
        <message>
            <source>Readers</source>
            <translation>阅片者</translation>
        </message>
        <message>
            <source>Age, sex</source>
            <translation>年龄、性别</translation>
        </message>
        <message>
            <source>Centre, scanner</source>
            <translation>中心、扫描仪</translation>
        </message>
        <message>
            <source>{shown} of {total} cases shown. {counts}</source>
            <translation>显示 {shown} / {total} 例。{counts}</translation>
        </message>
        <message>
            <source>(forgotten?)</source>
            <translation>（可能已遗忘）</translation>
        </message>
        <message>
            <source>A table of studies</source>
            <translation>检查表格</translation>
        </message>
        <message>
            <source>Tables (*.csv *.xlsx *.parquet)</source>
            <translation>表格 (*.csv *.xlsx *.parquet)</translation>
        </message>
        <message>
            <source>Folder with the studies</source>
            <translation>检查所在文件夹</translation>
        </message>
        <message>
            <source>No study is selected in the DICOM browser. Select studies there first.</source>
            <translation>DICOM 浏览器中没有选择检查。请先在其中选择。</translation>
        </message>
        <message>
            <source>The scene holds no images of a study. Load them, or choose them in the OPRadiomics module.</source>
            <translation>场景中没有检查图像。请载入图像，或在 OPRadiomics 模块中选择。</translation>
        </message>
        <message>
            <source>{case} is in work by {reader} since {since}. Why is the claim broken? The reason is kept.</source>
            <translation>{case} 自 {since} 起由 {reader} 处理。为何解除占用？理由将被保存。</translation>
        </message>
        <message>
            <source>Break the claim</source>
            <translation>解除占用</translation>
        </message>
    </context>
    <context>
        <name>gui.faults</name>
        <message>
            <source>The computer ran out of memory.</source>
            <translation>计算机内存不足。</translation>
        </message>
        <message>
            <source>Close other programs or scenes and try again.</source>
            <translation>请关闭其他程序或场景后重试。</translation>
        </message>
        <message>
            <source>A Python package that this step needs is missing or damaged ({package}).</source>
            <translation>此步骤所需的 Python 软件包（{package}）缺失或损坏。</translation>
        </message>
        <message>
            <source>Click 'Install packages' and try again.</source>
            <translation>请点击“安装软件包”后重试。</translation>
        </message>
        <message>
            <source>The software failed ({kind}).</source>
            <translation>软件出错 ({kind})。</translation>
        </message>
        <message>
            <source>Nothing was changed. Click 'Copy diagnostics' and report it; the text holds no patient data.</source>
            <translation>没有任何改动。请点击“复制诊断信息”并报告此问题；其中不含患者数据。</translation>
        </message>
        <message>
            <source>The worker process could not start: a Python package is missing.</source>
            <translation>工作进程无法启动：缺少 Python 软件包。</translation>
        </message>
        <message>
            <source>The worker process was ended from outside, most often because memory ran out.</source>
            <translation>工作进程被外部终止，多因内存不足。</translation>
        </message>
        <message>
            <source>Close other programs or scenes and try again. Nothing was changed.</source>
            <translation>请关闭其他程序或场景后重试。没有任何改动。</translation>
        </message>
        <message>
            <source>The worker process ended unexpectedly.</source>
            <translation>工作进程意外结束。</translation>
        </message>
        <message>
            <source>Try again; it starts anew. If it happens again, click 'Copy diagnostics' and report it.</source>
            <translation>请重试，进程会重新启动。如再次发生，请点击“复制诊断信息”并报告。</translation>
        </message>
        <message>
            <source>The worker process did not start.</source>
            <translation>工作进程未能启动。</translation>
        </message>
        <message>
            <source>Check that Slicer is installed completely and that no security software blocks PythonSlicer.</source>
            <translation>请确认 Slicer 安装完整，且安全软件没有阻止 PythonSlicer。</translation>
        </message>
    </context>
    <context>
        <name>gui.fit_section</name>
        <message>
            <source>kept by {name}</source>
            <translation>{name} 保留的</translation>
        </message>
        <message>
            <source>all</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>Clinical table</source>
            <translation>临床表格</translation>
        </message>
        <message>
            <source>Tables (*.csv)</source>
            <translation>表格 (*.csv)</translation>
        </message>
        <message>
            <source>{count} faults in the cohort: see the table.</source>
            <translation>队列中有 {count} 处错误：见表格。</translation>
        </message>
        <message>
            <source>Row</source>
            <translation>行</translation>
        </message>
        <message>
            <source>Column</source>
            <translation>列</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>发现</translation>
        </message>
        <message>
            <source>Expected</source>
            <translation>应为</translation>
        </message>
        <message>
            <source>What to do</source>
            <translation>处理方法</translation>
        </message>
        <message>
            <source>Fit {name}</source>
            <translation>拟合 {name}</translation>
        </message>
        <message>
            <source>{count} tables and charts are in the scene now; the plot view's menu chooses another chart.</source>
            <translation>场景中现有 {count} 个表格和曲线图；可在绘图视图的菜单中选择其他曲线图。</translation>
        </message>
        <message>
            <source>{name} is in OPRadiomics' list of models now.</source>
            <translation>{name} 现已列入 OPRadiomics 的模型列表。</translation>
        </message>
    </context>
    <context>
        <name>gui.fit_view</name>
        <message>
            <source>DEMO: </source>
            <translation>DEMO：</translation>
        </message>
        <message>
            <source>{patients} training patients, {ill} with osteoporosis. AUC (95 % CI), {how}: {areas}.</source>
            <translation>训练集患者 {patients} 例，其中骨质疏松 {ill} 例。AUC（95% CI），{how}：{areas}。</translation>
        </message>
        <message>
            <source>apparent</source>
            <translation>表观</translation>
        </message>
        <message>
            <source>out of fold</source>
            <translation>折外</translation>
        </message>
    </context>
    <context>
        <name>gui.installation</name>
        <message>
            <source>the folder {folder}</source>
            <translation>文件夹 {folder}</translation>
        </message>
        <message>
            <source>the Python Package Index (network)</source>
            <translation>Python 软件包索引 (PyPI，需联网)</translation>
        </message>
        <message>
            <source>OPRadiomics needs these Python packages, about {total} MB in all, from {where}:</source>
            <translation>OPRadiomics 需要以下 Python 软件包，共约 {total} MB，来源：{where}：</translation>
        </message>
        <message>
            <source>They go into Slicer's own Python. Install them now?</source>
            <translation>它们将安装到 Slicer 自带的 Python 中。现在安装吗？</translation>
        </message>
        <message>
            <source>OPRadiomics: install packages</source>
            <translation>OPRadiomics：安装软件包</translation>
        </message>
        <message>
            <source>The installation failed: {error}. What to do: check the network, or choose a folder of wheels, and try again.</source>
            <translation>安装失败：{error}。处理办法：检查网络，或选择 wheel 文件夹，然后重试。</translation>
        </message>
    </context>
    <context>
        <name>gui.job_bar</name>
        <message>
            <source>{title}: cancelled. Nothing was changed.</source>
            <translation>{title}：已取消，没有任何改动。</translation>
        </message>
        <message>
            <source>Ready.</source>
            <translation>就绪。</translation>
        </message>
        <message>
            <source>Diagnostics copied.</source>
            <translation>已复制诊断信息。</translation>
        </message>
        <message>
            <source>{title}: done.</source>
            <translation>{title}：完成。</translation>
        </message>
    </context>
    <context>
        <name>gui.jobs</name>
        <message>
            <source>{title} cannot start: another job is under way</source>
            <translation>{title}：无法开始，另一个任务正在进行</translation>
        </message>
        <message>
            <source>one job at a time</source>
            <translation>一次只运行一个任务</translation>
        </message>
        <message>
            <source>let it end first (its wait() returns then), or cancel it</source>
            <translation>请等待其结束（其 wait() 届时返回），或将其取消</translation>
        </message>
        <message>
            <source>Stopping</source>
            <translation>正在停止</translation>
        </message>
        <message>
            <source>A file could not be written ({reason}).</source>
            <translation>文件无法写入 ({reason})。</translation>
        </message>
        <message>
            <source>Free some disk space.</source>
            <translation>请释放一些磁盘空间。</translation>
        </message>
    </context>
    <context>
        <name>gui.jobs_section</name>
        <message>
            <source>Job</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>What</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Message</source>
            <translation>信息</translation>
        </message>
        <message>
            <source>All that it said is under Jobs.</source>
            <translation>全部输出信息见“任务”。</translation>
        </message>
    </context>
    <context>
        <name>gui.language</name>
        <message>
            <source>en</source>
            <translation>zh</translation>
        </message>
        <message>
            <source>{sentence}.</source>
            <translation>{sentence}。</translation>
        </message>
        <message>
            <source>Expected: {expected}.</source>
            <translation>应为：{expected}。</translation>
        </message>
        <message>
            <source>What to do: {remedy}.</source>
            <translation>解决办法：{remedy}。</translation>
        </message>
    </context>
    <context>
        <name>gui.level_table</name>
        <message>
            <source>Level</source>
            <translation>节段</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>ml</source>
            <translation>毫升</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>网络置信度</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>修改</translation>
        </message>
        <message>
            <source>Look at</source>
            <translation>需查看</translation>
        </message>
        <message>
            <source>Volume of the body</source>
            <translation>椎体体积</translation>
        </message>
        <message>
            <source>Mean probability that the network gives to the body's voxels</source>
            <translation>网络对椎体体素给出的平均概率</translation>
        </message>
        <message>
            <source>Overlap with the network's draft (Dice), and change of volume</source>
            <translation>与网络初稿的重叠度（Dice）及体积变化</translation>
        </message>
        <message>
            <source>to review</source>
            <translation>待审核</translation>
        </message>
        <message>
            <source>not used</source>
            <translation>不使用</translation>
        </message>
        <message>
            <source>drawn by the reader</source>
            <translation>阅片者勾画</translation>
        </message>
        <message>
            <source>no</source>
            <translation>无</translation>
        </message>
        <message>
            <source>Dice {dice:.3f}, {percent:+.1f} %</source>
            <translation>Dice {dice:.3f}，{percent:+.1f} %</translation>
        </message>
    </context>
    <context>
        <name>gui.models</name>
        <message>
            <source>DEMO: </source>
            <translation>DEMO：</translation>
        </message>
        <message>
            <source>Trained on</source>
            <translation>训练数据</translation>
        </message>
        <message>
            <source>Patients</source>
            <translation>患者数</translation>
        </message>
        <message>
            <source>{n} ({op} with osteoporosis)</source>
            <translation>{n} 例（{op} 例骨质疏松）</translation>
        </message>
        <message>
            <source>Validation</source>
            <translation>验证</translation>
        </message>
        <message>
            <source>Citation</source>
            <translation>引文</translation>
        </message>
        <message>
            <source>Features</source>
            <translation>特征数</translation>
        </message>
        <message>
            <source>Notes</source>
            <translation>说明</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>用途</translation>
        </message>
    </context>
    <context>
        <name>gui.panel</name>
        <message>
            <source>Study</source>
            <translation>检查</translation>
        </message>
        <message>
            <source>{levels} changed: acceptance withdrawn.</source>
            <translation>{levels} 已修改：审核通过已撤销。</translation>
        </message>
        <message>
            <source>The masks have changed: the marrow region is hidden. Show it again to derive it anew.</source>
            <translation>掩膜已修改：骨髓区已隐藏。请重新勾选以重新生成。</translation>
        </message>
        <message>
            <source>{title}: done, in the study that it was started for.</source>
            <translation>{title}：完成，结果在启动该步骤的检查中。</translation>
        </message>
        <message>
            <source>{title}: stopped. What was finished stays.</source>
            <translation>{title}：已停止。已完成的部分保留。</translation>
        </message>
        <message>
            <source>Open a project</source>
            <translation>打开项目</translation>
        </message>
        <message>
            <source>An empty folder for the new project</source>
            <translation>用于新项目的空文件夹</translation>
        </message>
        <message>
            <source>Days between a reader's first and second reading of a case (the study waited 60):</source>
            <translation>同一阅片者首次与再次阅片之间的天数（该研究为 60 天）：</translation>
        </message>
        <message>
            <source>New project</source>
            <translation>新建项目</translation>
        </message>
        <message>
            <source>Project made. The key to the patients will lie in {folder}: keep it apart.</source>
            <translation>项目已建立。患者对照表将存放在 {folder}：请单独保管。</translation>
        </message>
        <message>
            <source>No project is open: open one, or make a new one in an empty folder.</source>
            <translation>未打开项目：请打开一个项目，或在空文件夹中新建一个。</translation>
        </message>
        <message>
            <source>Packages are missing: {names}.</source>
            <translation>缺少软件包：{names}。</translation>
        </message>
        <message>
            <source>The project's folder cannot be used ({reason}).</source>
            <translation>无法使用项目文件夹（{reason}）。</translation>
        </message>
        <message>
            <source>{title}: started in a process of its own; see Jobs.</source>
            <translation>{title}：已在独立进程中启动，见“任务”。</translation>
        </message>
        <message>
            <source>{title}: waits; its command line is under Jobs.</source>
            <translation>{title}：等待中，命令行见“任务”。</translation>
        </message>
        <message>
            <source>There is no report yet.</source>
            <translation>尚无报告。</translation>
        </message>
        <message>
            <source>Save the report as</source>
            <translation>报告另存为</translation>
        </message>
        <message>
            <source>Reports (*.html)</source>
            <translation>报告 (*.html)</translation>
        </message>
        <message>
            <source>The report is in {file}.</source>
            <translation>报告已保存为 {file}。</translation>
        </message>
    </context>
    <context>
        <name>gui.parameter_node</name>
        <message>
            <source>not known</source>
            <translation>不详</translation>
        </message>
        <message>
            <source>female</source>
            <translation>女</translation>
        </message>
        <message>
            <source>male</source>
            <translation>男</translation>
        </message>
        <message>
            <source>not recorded</source>
            <translation>未记录</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>是</translation>
        </message>
        <message>
            <source>no</source>
            <translation>否</translation>
        </message>
    </context>
    <context>
        <name>gui.predict_section</name>
        <message>
            <source>Everything needed is there.</source>
            <translation>所需条件均已具备。</translation>
        </message>
        <message>
            <source>Masks</source>
            <translation>掩膜</translation>
        </message>
        <message>
            <source>Model card</source>
            <translation>模型卡</translation>
        </message>
        <message>
            <source>Result copied.</source>
            <translation>已复制结果。</translation>
        </message>
        <message>
            <source>Folder for the report and its parts</source>
            <translation>存放报告及其附件的文件夹</translation>
        </message>
        <message>
            <source>The result could not be saved ({reason}). Choose another folder.</source>
            <translation>结果无法保存 ({reason})。请选择其他文件夹。</translation>
        </message>
        <message>
            <source>Saved to {folder}.</source>
            <translation>已保存到 {folder}。</translation>
        </message>
        <message>
            <source>Folder for DICOM SEG and SR</source>
            <translation>存放 DICOM SEG 和 SR 的文件夹</translation>
        </message>
        <message>
            <source>Exported: {files}.</source>
            <translation>已导出：{files}。</translation>
        </message>
        <message>
            <source>The files of this result are gone (they last as long as Slicer runs). Click 'Predict OP' again.</source>
            <translation>此结果的文件已不存在（仅在 Slicer 运行期间保留）。请再次点击“预测骨质疏松”。</translation>
        </message>
    </context>
    <context>
        <name>gui.propagate_section</name>
        <message>
            <source>Level</source>
            <translation>节段</translation>
        </message>
        <message>
            <source>before registration</source>
            <translation>配准前</translation>
        </message>
        <message>
            <source>Corrected masks on {roles} will be replaced. Go on?</source>
            <translation>{roles} 上已修正的掩膜将被替换。继续吗？</translation>
        </message>
        <message>
            <source>Propagate again</source>
            <translation>重新传递</translation>
        </message>
        <message>
            <source>Masks carried to {roles}. Check them; correct them under 'Edit masks on'.</source>
            <translation>掩膜已传递到 {roles}。请检查，并在“编辑掩膜所在序列”处修正。</translation>
        </message>
        <message>
            <source>⚠ {count} warnings: see the table and the log.</source>
            <translation>⚠ {count} 条警告：请查看表格和日志。</translation>
        </message>
    </context>
    <context>
        <name>gui.requirements</name>
        <message>
            <source>The result is up to date.</source>
            <translation>结果是最新的。</translation>
        </message>
        <message>
            <source>Next: click 'Predict OP'.</source>
            <translation>下一步：点击“预测骨质疏松”。</translation>
        </message>
        <message>
            <source>Software</source>
            <translation>软件</translation>
        </message>
        <message>
            <source>Missing packages: {missing}. Click 'Install packages'.</source>
            <translation>缺少软件包：{missing}。请点击“安装软件包”。</translation>
        </message>
        <message>
            <source>All packages are installed.</source>
            <translation>所有软件包均已安装。</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>图像</translation>
        </message>
        <message>
            <source>Choose the T1WI: the vertebrae are segmented on it.</source>
            <translation>请选择 T1WI：椎体在其上分割。</translation>
        </message>
        <message>
            <source>One image is chosen for two sequences. Choose a different image for each.</source>
            <translation>同一图像被选作两个序列。请为每个序列选择不同的图像。</translation>
        </message>
        <message>
            <source>{found}. Check the choice, or the result will say so.</source>
            <translation>{found}。请核对所选图像，否则结果中会注明。</translation>
        </message>
        <message>
            <source>Without {missing} only the clinical model can answer.</source>
            <translation>缺少 {missing} 时只能使用临床模型。</translation>
        </message>
        <message>
            <source>T1WI, T2WI and FS-T2WI are chosen.</source>
            <translation>已选择 T1WI、T2WI 和 FS-T2WI。</translation>
        </message>
        <message>
            <source>Age and sex</source>
            <translation>年龄和性别</translation>
        </message>
        <message>
            <source>age</source>
            <translation>年龄</translation>
        </message>
        <message>
            <source>sex</source>
            <translation>性别</translation>
        </message>
        <message>
            <source>Enter {missing}.</source>
            <translation>请填写{missing}。</translation>
        </message>
        <message>
            <source> and </source>
            <translation>和</translation>
        </message>
        <message>
            <source>Age {age:.0f}: check it. The BMD classes and the models hold from {low:.0f} to {high:.0f} years.</source>
            <translation>年龄 {age:.0f} 岁：请核对。骨密度分类和模型仅适用于 {low:.0f} 至 {high:.0f} 岁。</translation>
        </message>
        <message>
            <source>BMI {bmi:.1f}: check it. Expected: {low:.0f} to {high:.0f} kg/m², or nothing.</source>
            <translation>BMI {bmi:.1f}：请核对。应为 {low:.0f} 至 {high:.0f} kg/m²，或不填。</translation>
        </message>
        <message>
            <source>{found}. Check the entry, or the result will say so.</source>
            <translation>{found}。请核对所填内容，否则结果中会注明。</translation>
        </message>
        <message>
            <source>{age:.0f} years, {sex}.</source>
            <translation>{age:.0f} 岁，{sex}。</translation>
        </message>
        <message>
            <source>Population</source>
            <translation>适用人群</translation>
        </message>
        <message>
            <source>{count} reason(s) for which the study left patients out: the result will say so.</source>
            <translation>符合原研究的 {count} 项排除标准：结果中会注明。</translation>
        </message>
        <message>
            <source>No reason for exclusion is ticked.</source>
            <translation>未勾选排除标准。</translation>
        </message>
        <message>
            <source>Masks</source>
            <translation>掩膜</translation>
        </message>
        <message>
            <source>Click 'Segment L1-L3', or draw the bodies by hand.</source>
            <translation>请点击“在 T1WI 上分割 L1-L3”，或手工勾画椎体。</translation>
        </message>
        <message>
            <source>{missing} not drawn. Draw it, or shift the levels if they are misnumbered.</source>
            <translation>{missing} 未勾画。请勾画；若编号有误，请移动节段。</translation>
        </message>
        <message>
            <source>L1, L2 and L3 are drawn.</source>
            <translation>L1、L2 和 L3 均已勾画。</translation>
        </message>
        <message>
            <source>Numbering</source>
            <translation>编号</translation>
        </message>
        <message>
            <source>The levels are confirmed.</source>
            <translation>节段编号已确认。</translation>
        </message>
        <message>
            <source>To be confirmed once the bodies are drawn.</source>
            <translation>椎体勾画后再确认。</translation>
        </message>
        <message>
            <source>The software is not sure of the numbering. Check it, shift if needed, then click 'Levels are right'.</source>
            <translation>软件不能确定编号。请核对，必要时移动节段，然后点击“节段编号正确”。</translation>
        </message>
        <message>
            <source>Check that L1 is L1 (the count takes five lumbar vertebrae for granted), then click 'Levels are right'.</source>
            <translation>请核对 L1 确为 L1（计数以五个腰椎为前提），然后点击“节段编号正确”。</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>审核</translation>
        </message>
        <message>
            <source>{levels} not accepted yet: the result will say so.</source>
            <translation>{levels} 尚未审核通过：结果中会注明。</translation>
        </message>
        <message>
            <source>L1, L2 and L3 are accepted.</source>
            <translation>L1、L2 和 L3 均已审核通过。</translation>
        </message>
        <message>
            <source>Other sequences</source>
            <translation>其他序列</translation>
        </message>
        <message>
            <source>No T2WI or FS-T2WI chosen.</source>
            <translation>未选择 T2WI 或 FS-T2WI。</translation>
        </message>
        <message>
            <source>Masks not looked at on {roles}: click 'Propagate', or let Predict OP carry them unseen.</source>
            <translation>{roles} 上的掩膜尚未查看：请点击“传递到 T2WI 和 FS-T2WI”，或由预测步骤直接传递而不查看。</translation>
        </message>
        <message>
            <source>Masks seem to lie off: {found}. Register the sequence or correct the mask, or the result will say so.</source>
            <translation>掩膜位置可能有偏移：{found}。请配准该序列或修正掩膜，否则结果中会注明。</translation>
        </message>
        <message>
            <source>Masks lie on every sequence.</source>
            <translation>每个序列上均有掩膜。</translation>
        </message>
    </context>
    <context>
        <name>gui.result_html</name>
        <message>
            <source>Probability of osteoporosis (QCT BMD below 80 mg/cm3)</source>
            <translation>骨质疏松的概率（QCT 骨密度低于 80 mg/cm3）</translation>
        </message>
        <message>
            <source>Published clinical formula</source>
            <translation>已发表的临床公式</translation>
        </message>
        <message>
            <source>DEMO: models fitted on simulated patients. These numbers say nothing about a real person.</source>
            <translation>DEMO：模型由模拟患者拟合，这些数值不能说明任何真实患者的情况。</translation>
        </message>
        <message>
            <source>Research use only, not for diagnosis.</source>
            <translation>仅供研究使用，不用于诊断。</translation>
        </message>
        <message>
            <source>OP</source>
            <translation>OP</translation>
        </message>
        <message>
            <source>no OP</source>
            <translation>非 OP</translation>
        </message>
        <message>
            <source>not published</source>
            <translation>未发表</translation>
        </message>
        <message>
            <source>Clinical</source>
            <translation>临床</translation>
        </message>
        <message>
            <source>Radiomics</source>
            <translation>影像组学</translation>
        </message>
        <message>
            <source>Combined</source>
            <translation>联合</translation>
        </message>
        <message>
            <source>Out of date: masks or entries have changed. Click 'Predict OP' again.</source>
            <translation>结果已过期：掩膜或填写的信息有改动。请再次点击“预测骨质疏松”。</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>P(OP)</source>
            <translation>P(OP)</translation>
        </message>
        <message>
            <source>95 % CI</source>
            <translation>95% 置信区间</translation>
        </message>
        <message>
            <source>Threshold</source>
            <translation>阈值</translation>
        </message>
        <message>
            <source>Class</source>
            <translation>分类</translation>
        </message>
        <message>
            <source>Predictor</source>
            <translation>预测因子</translation>
        </message>
        <message>
            <source>← away</source>
            <translation>← 趋向非 OP</translation>
        </message>
        <message>
            <source>towards OP →</source>
            <translation>趋向 OP →</translation>
        </message>
        <message>
            <source>share</source>
            <translation>占比</translation>
        </message>
        <message>
            <source>base {base:+.2f} → logit {logit:+.2f}</source>
            <translation>基准 {base:+.2f} → logit {logit:+.2f}</translation>
        </message>
        <message>
            <source>Why: SHAP values of the {model} model</source>
            <translation>解释：{model}模型的 SHAP 值</translation>
        </message>
        <message>
            <source>Age: {years:.0f} years</source>
            <translation>年龄：{years:.0f} 岁</translation>
        </message>
        <message>
            <source>Sex: {sex}</source>
            <translation>性别：{sex}</translation>
        </message>
        <message>
            <source>male</source>
            <translation>男</translation>
        </message>
        <message>
            <source>female</source>
            <translation>女</translation>
        </message>
        <message>
            <source>Diabetes</source>
            <translation>糖尿病</translation>
        </message>
        <message>
            <source>Smoking</source>
            <translation>吸烟</translation>
        </message>
        <message>
            <source>Drinking</source>
            <translation>饮酒</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>是</translation>
        </message>
        <message>
            <source>no</source>
            <translation>否</translation>
        </message>
        <message>
            <source>{sequence} Radscore: {value:.3g}</source>
            <translation>{sequence} Radscore：{value:.3g}</translation>
        </message>
        <message>
            <source>Share of each sequence in the sum of |SHAP|</source>
            <translation>各序列在 |SHAP| 总和中的占比</translation>
        </message>
        <message>
            <source>outside their range</source>
            <translation>超出训练患者范围</translation>
        </message>
        <message>
            <source>This patient among the training patients (percentile)</source>
            <translation>该患者在训练患者中的位置（百分位）</translation>
        </message>
        <message>
            <source>Published clinical formula (age and sex alone; another model, fitted on other patients, 55 % of whom had OP; interval and threshold not published): {probability}</source>
            <translation>已发表的临床公式（仅用年龄和性别；另一模型，由其他患者拟合，其中 55% 为骨质疏松；置信区间和阈值未发表）：{probability}</translation>
        </message>
        <message>
            <source>Warnings</source>
            <translation>警告</translation>
        </message>
        <message>
            <source>Model {name} {version}; trained on {trained}; validation: {validation}. {use}</source>
            <translation>模型 {name} {version}；训练数据：{trained}；验证：{validation}。{use}</translation>
        </message>
    </context>
    <context>
        <name>gui.retrain_section</name>
        <message>
            <source>the shipped network</source>
            <translation>随附网络</translation>
        </message>
        <message>
            <source>scratch</source>
            <translation>从头训练</translation>
        </message>
        <message>
            <source>Train on {count} cases</source>
            <translation>用 {count} 例训练</translation>
        </message>
        <message>
            <source>Training {name}</source>
            <translation>训练 {name}</translation>
        </message>
        <message>
            <source>All packages are installed.</source>
            <translation>所有软件包均已安装。</translation>
        </message>
        <message>
            <source>{name} is the active network now; the one before stays installed.</source>
            <translation>{name} 现为当前网络；之前的网络仍保留。</translation>
        </message>
        <message>
            <source>{name} is the active network now.</source>
            <translation>{name} 现为当前网络。</translation>
        </message>
    </context>
    <context>
        <name>gui.review_section</name>
        <message>
            <source>Click a level in the table first.</source>
            <translation>请先在表格中单击一个椎体。</translation>
        </message>
        <message>
            <source>Enter your initials first: they are kept with each accepted level.</source>
            <translation>请先填写姓名缩写：它会随每个审核通过的节段保存。</translation>
        </message>
        <message>
            <source>{levels} accepted by {initials}.</source>
            <translation>{levels} 已由 {initials} 审核通过。</translation>
        </message>
        <message>
            <source>No masks on {role} yet: click 'Propagate to T2WI and FS-T2WI' first.</source>
            <translation>{role} 上尚无掩膜：请先点击“传递到 T2WI 和 FS-T2WI”。</translation>
        </message>
    </context>
    <context>
        <name>gui.segment_section</name>
        <message>
            <source>Accepted masks will be replaced by the network's. Go on?</source>
            <translation>已通过的掩膜将被网络的结果替换。是否继续？</translation>
        </message>
        <message>
            <source>Segment again</source>
            <translation>重新分割</translation>
        </message>
        <message>
            <source>Check the numbering, then the outline of each level. Next: accept L1, L2 and L3.</source>
            <translation>请先核对编号，再核对每个节段的轮廓。下一步：通过 L1、L2 和 L3。</translation>
        </message>
        <message>
            <source>Choose a level in the list of segments, then Paint or Draw it on the T1WI, slice by slice.</source>
            <translation>在分割列表中选择椎体，然后在 T1WI 上逐层涂抹或勾画。</translation>
        </message>
        <message>
            <source>What was L2 is {level} now; acceptance is taken back. Check that L1 is L1, then click 'Levels are right'.</source>
            <translation>原来的 L2 现为 {level}；审核通过已撤销。请核对 L1 确为 L1，然后点击“节段编号正确”。</translation>
        </message>
    </context>
    <context>
        <name>gui.study_section</name>
        <message>
            <source>First use: Python packages are missing ({names}).</source>
            <translation>首次使用：缺少 Python 软件包 ({names})。</translation>
        </message>
        <message>
            <source>Demo study</source>
            <translation>演示检查</translation>
        </message>
        <message>
            <source>Demo study loaded: simulated, no real person.</source>
            <translation>演示检查已载入：模拟数据，不是真实患者。</translation>
        </message>
        <message>
            <source>The scene's study is shown.</source>
            <translation>当前显示该场景中的检查。</translation>
        </message>
        <message>
            <source>No images are loaded. Load a study in Slicer's DICOM module, or click 'Load demo study'.</source>
            <translation>尚未载入图像。请在 Slicer 的 DICOM 模块中载入检查，或点击“载入演示检查”。</translation>
        </message>
        <message>
            <source>No image fits {roles} for certain; the reason stands below. Choose by hand.</source>
            <translation>没有能确定为 {roles} 的图像，原因见下方。请手动选择。</translation>
        </message>
        <message>
            <source>T1WI, T2WI and FS-T2WI are chosen. Check them and age and sex. Next: 'Segment L1-L3 on T1WI'.</source>
            <translation>已选择 T1WI、T2WI 和 FS-T2WI。请核对图像、年龄和性别。下一步：“在 T1WI 上分割 L1-L3”。</translation>
        </message>
        <message>
            <source>All packages are installed.</source>
            <translation>所有软件包均已安装。</translation>
        </message>
        <message>
            <source>Folder with the packages as wheels</source>
            <translation>存放软件包 wheel 文件的文件夹</translation>
        </message>
        <message>
            <source>Packages will be installed from this folder, without a network.</source>
            <translation>将从此文件夹安装软件包，无需联网。</translation>
        </message>
        <message>
            <source>No folder: packages come from the network. To fill one elsewhere, run: {command}</source>
            <translation>未选择文件夹：软件包将从网络安装。如需在其他计算机上下载，请运行：{command}</translation>
        </message>
    </context>
    <context>
        <name>gui.training_packages</name>
        <message>
            <source>Training and fitting need these Python packages, from {where}:</source>
            <translation>训练和拟合需要以下 Python 软件包，来源：{where}：</translation>
        </message>
        <message>
            <source>torch takes 0.2 GB on Windows and macOS, and several GB with the libraries for NVIDIA cards on Linux.</source>
            <translation>torch 在 Windows 和 macOS 上占 0.2 GB，在 Linux 上连同 NVIDIA 显卡库占数 GB。</translation>
        </message>
        <message>
            <source>Install them now?</source>
            <translation>现在安装吗？</translation>
        </message>
    </context>
    <context>
        <name>gui.words</name>
        <message>
            <source>new</source>
            <translation>新</translation>
        </message>
        <message>
            <source>pre-segmented</source>
            <translation>已预分割</translation>
        </message>
        <message>
            <source>drawn</source>
            <translation>已勾画</translation>
        </message>
        <message>
            <source>reviewed</source>
            <translation>已复核</translation>
        </message>
        <message>
            <source>to arbitrate</source>
            <translation>待仲裁</translation>
        </message>
        <message>
            <source>arbitrated</source>
            <translation>已仲裁</translation>
        </message>
        <message>
            <source>A: draw</source>
            <translation>A：勾画</translation>
        </message>
        <message>
            <source>B: review</source>
            <translation>B：复核</translation>
        </message>
        <message>
            <source>C: arbitrate</source>
            <translation>C：仲裁</translation>
        </message>
        <message>
            <source>A again, blind (agreement)</source>
            <translation>A 再次阅片，盲法（一致性）</translation>
        </message>
        <message>
            <source>B alone, blind (agreement)</source>
            <translation>B 独立阅片，盲法（一致性）</translation>
        </message>
        <message>
            <source>No free case to draw. Add studies, or choose another step.</source>
            <translation>没有可勾画的病例。请添加检查，或选择其他步骤。</translation>
        </message>
        <message>
            <source>No drawing of another reader waits for a review. Choose another step.</source>
            <translation>没有其他阅片者的勾画等待复核。请选择其他步骤。</translation>
        </message>
        <message>
            <source>No case waits for arbitration. Choose another step.</source>
            <translation>没有等待仲裁的病例。请选择其他步骤。</translation>
        </message>
        <message>
            <source>Nothing to read again now. The list under 'Agreement' says what each reading waits for.</source>
            <translation>目前没有需要再次勾画的病例。“一致性”中的列表说明每次阅片在等待什么。</translation>
        </message>
        <message>
            <source>Nothing to read alone now. The list under 'Agreement' says what each reading waits for.</source>
            <translation>目前没有需要独立勾画的病例。“一致性”中的列表说明每次阅片在等待什么。</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>等待中</translation>
        </message>
        <message>
            <source>running</source>
            <translation>运行中</translation>
        </message>
        <message>
            <source>done</source>
            <translation>已完成</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>ended without a word</source>
            <translation>意外终止</translation>
        </message>
        <message>
            <source>AUC of the training patients</source>
            <translation>训练集患者的 AUC</translation>
        </message>
        <message>
            <source>Selected features and coefficients</source>
            <translation>所选特征及系数</translation>
        </message>
        <message>
            <source>Features left after each step</source>
            <translation>各步骤后剩余的特征</translation>
        </message>
        <message>
            <source>Baseline characteristics</source>
            <translation>基线资料</translation>
        </message>
        <message>
            <source>Clinical regression</source>
            <translation>临床变量回归</translation>
        </message>
        <message>
            <source>Performance</source>
            <translation>诊断效能</translation>
        </message>
        <message>
            <source>DeLong's tests</source>
            <translation>DeLong 检验</translation>
        </message>
        <message>
            <source>Calibration</source>
            <translation>校准度</translation>
        </message>
        <message>
            <source>Three classes</source>
            <translation>三分类</translation>
        </message>
        <message>
            <source>Subgroups</source>
            <translation>亚组</translation>
        </message>
        <message>
            <source>Explanation</source>
            <translation>解释</translation>
        </message>
        <message>
            <source>Feature selection</source>
            <translation>特征筛选</translation>
        </message>
        <message>
            <source>ROC curves</source>
            <translation>ROC 曲线</translation>
        </message>
        <message>
            <source>Calibration curves</source>
            <translation>校准曲线</translation>
        </message>
        <message>
            <source>Decision curves</source>
            <translation>决策曲线</translation>
        </message>
        <message>
            <source>Radar plots and explanation</source>
            <translation>雷达图与解释</translation>
        </message>
        <message>
            <source>ICC heat map</source>
            <translation>ICC 热图</translation>
        </message>
        <message>
            <source>Dice of the masks</source>
            <translation>掩膜 Dice</translation>
        </message>
        <message>
            <source>Bland-Altman plots of the volumes</source>
            <translation>体积的 Bland-Altman 图</translation>
        </message>
        <message>
            <source>{what} (test patients)</source>
            <translation>{what}（测试集患者）</translation>
        </message>
        <message>
            <source>1 - specificity</source>
            <translation>1 - 特异度</translation>
        </message>
        <message>
            <source>Sensitivity</source>
            <translation>灵敏度</translation>
        </message>
        <message>
            <source>Predicted probability</source>
            <translation>预测概率</translation>
        </message>
        <message>
            <source>Observed share of osteoporosis</source>
            <translation>实际骨质疏松比例</translation>
        </message>
        <message>
            <source>Threshold probability</source>
            <translation>阈值概率</translation>
        </message>
        <message>
            <source>Net benefit</source>
            <translation>净获益</translation>
        </message>
        <message>
            <source>Clinical</source>
            <translation>临床</translation>
        </message>
        <message>
            <source>Radiomics</source>
            <translation>影像组学</translation>
        </message>
        <message>
            <source>Combined</source>
            <translation>联合</translation>
        </message>
        <message>
            <source>Reference</source>
            <translation>参考线</translation>
        </message>
        <message>
            <source>Treat all</source>
            <translation>全部治疗</translation>
        </message>
        <message>
            <source>Treat none</source>
            <translation>全不治疗</translation>
        </message>
    </context>
</TS>
