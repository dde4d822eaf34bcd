"""The style sheet of the page: one column on a phone, two on a desk, light, dark and on paper."""

from typing import Final

from insight.report.palette import variables

STYLE: Final = f"""
:root{{color-scheme:light dark;{variables(0)}}}
@media screen and (prefers-color-scheme:dark){{:root{{{variables(1)}}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%}}
body{{margin:0 auto;padding:28px 16px 48px;max-width:1080px;background:var(--ground);
color:var(--ink);overflow-wrap:anywhere;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}}
h1{{font-size:26px;line-height:1.2;margin:0;letter-spacing:-.01em}}
h2{{font-size:19px;margin:36px 0 12px;letter-spacing:-.005em}}
h3{{font-size:13px;margin:0 0 6px;color:var(--soft);font-weight:600}}
p{{margin:0}}
header p{{color:var(--soft);margin-top:6px}}
.lead{{font-size:16px;line-height:1.4;margin-bottom:12px;text-wrap:pretty}}
.note{{font-size:13px;color:var(--soft);margin-top:8px}}
nav{{margin:18px 0 0;font-size:14px;display:flex;flex-wrap:wrap;gap:4px 18px}}
a{{color:var(--good);text-underline-offset:2px}}
.tiles,.cards{{display:grid;gap:14px}}
.tiles{{grid-template-columns:repeat(auto-fit,minmax(150px,1fr));margin-top:20px}}
.cards{{grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr))}}
.tile,.card{{background:var(--paper);border:1px solid var(--line);border-radius:10px;
padding:14px 16px;min-width:0}}
.wide{{margin-top:14px}}
@media(min-width:940px){{.alone{{grid-column:1/-1;display:grid;column-gap:30px;
grid-template-columns:1fr 500px;align-content:start}}.alone svg{{grid-column:2;grid-row:1/5}}
.alone>:not(svg){{grid-column:1}}}}
.tile b{{display:block;font-size:21px;line-height:1.25;font-weight:650;letter-spacing:-.01em}}
.tile span{{display:block;font-size:13px;color:var(--soft)}}
svg{{display:block;width:100%;max-width:500px;height:auto;margin:0 auto;overflow:visible;
stroke-linejoin:round;stroke-linecap:butt;font-family:inherit}}
table{{width:100%;border-collapse:collapse;font-size:14px;line-height:1.35;
font-variant-numeric:tabular-nums}}
th,td{{text-align:left;vertical-align:top;padding:7px 10px 7px 0;overflow-wrap:anywhere;
border-top:1px solid var(--line)}}
th{{border-top:0;font-size:12.5px;font-weight:600;color:var(--soft)}}
.r{{text-align:right;white-space:nowrap;overflow-wrap:normal}}
th:last-child,td:last-child{{padding-right:0}}
small{{display:block;font-size:12.5px;color:var(--soft)}}
details{{margin-top:10px;font-size:14px}}
summary{{cursor:pointer;font-size:13px;color:var(--soft)}}
footer{{margin-top:36px;font-size:13px;color:var(--soft)}}
@media(max-width:480px){{body{{padding:20px 12px 40px}}.tile,.card{{padding:12px}}
.tiles{{grid-template-columns:1fr 1fr;gap:10px}}table{{font-size:13.5px}}
.wide tr{{display:grid;grid-template-columns:1fr auto;padding:7px 0;
border-top:1px solid var(--line)}}.wide thead tr{{border-top:0}}
.wide th,.wide td{{border:0;padding:1px 10px 1px 0}}
.wide th:first-child,.wide td:first-child{{grid-column:1/-1;padding-right:0}}}}
@media print{{@page{{margin:12mm}}:root{{color-scheme:light;--ground:#fff;--paper:#fff}}
body{{padding:0;max-width:none;font-size:10.5pt}}nav,details{{display:none}}
.tiles{{grid-template-columns:repeat(4,1fr)}}.cards{{grid-template-columns:1fr 1fr}}
.tile,.card,tr,td{{break-inside:avoid}}
h1,h2,h3,.lead{{break-after:avoid}}h2{{margin:20px 0 8px}}
.lead{{font-size:10.5pt;margin-bottom:6px}}
.cards{{gap:10px}}.card{{padding:10px 12px}}.card svg{{width:86%}}
.alone{{grid-column:1/-1;display:grid;grid-template-columns:1fr 1fr}}.alone svg{{grid-row:1/5;
grid-column:2}}.alone>:not(svg){{grid-column:1}}thead{{display:table-header-group}}}}
"""
