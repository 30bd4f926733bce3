"""A run as data, as a table and as a picture."""
import json
from xml.sax.saxutils import escape

ROW, LABELS, WIDTH = 22, 250, 380


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def merged(path, sections, machine, command):
    """What earlier runs of other scenarios found stays, each with its own machine."""
    known = json.loads(path.read_text())["sections"] if path.exists() else []
    fresh = [section.data() | dict(machine=machine, command=command) for section in sections]
    titles = [section["title"] for section in fresh]
    replaced = {section["title"]: section for section in fresh}
    everything = [replaced.pop(old["title"], old) for old in known] + [section for section in fresh if section["title"] not in {old["title"] for old in known}]
    assert all(title in [section["title"] for section in everything] for title in titles)
    return dict(sections=everything)


def markdown(data):
    lines = ["| measured | proxy | median | least – most | meltemi ÷ it (least – most) |", "|---|---|---|---|---|"]
    for section in data["sections"]:
        what = f"{section['title']}, {section['unit']}"
        for name, value in section["median"].items():
            all_values = [one[section["key"]] for one in section["rounds"][name]]
            ratio = section["ratio"].get(name)
            to = f"{ratio[0]:.2f} ({ratio[1]:.2f} – {ratio[2]:.2f})" if ratio else ""
            lines.append(f"| {what} | {'**meltemi**' if name == 'meltemi' else name} | {number(value)} | {number(min(all_values))} – {number(max(all_values))} | {to} |")
            what = ""
    lines += ["", "| bar | measured | wanted | |", "|---|---|---|---|"]
    for section in data["sections"]:
        for bar in section["bars"]:
            measured = "not measured here" if bar["measured"] is None else f"{number(bar['measured'])} {bar['unit']}"
            verdict = {True: "holds", False: "falls short", None: ""}[bar["holds"]]
            lines.append(f"| {bar['what']} | {measured} | {'≥' if bar['at_least'] else '≤'} {number(bar['limit'])} {bar['unit']} | {verdict} |")
    notes = [f"- {section['title']}: {note}." for section in data["sections"] for note in section["notes"]]
    return "\n".join(lines + ([""] + notes if notes else []))


def picture(data):
    """A row a proxy: how long its bar is says what it is to the longest of its section; ours is dark."""
    out, y = [], 40
    for section in data["sections"]:
        if len(section["median"]) < 2:
            continue
        better = "shorter" if section["better"] == "less" else "longer"
        out.append(f'<text x="16" y="{y}" font-weight="600">{escape(section["title"])}, {escape(section["unit"])} ({better} is better)</text>')
        longest = max(section["median"].values())
        for name, value in sorted(section["median"].items(), key=lambda item: item[1], reverse=section["better"] == "more"):
            y += ROW
            width = max(1, value / longest * WIDTH)
            out.append(f'<text x="{LABELS - 140}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
                       f'<rect x="{LABELS - 130}" y="{y - 9}" width="{width:.0f}" height="16" rx="2" fill="{"#0b6e99" if name == "meltemi" else "#a9bcc8"}"/>'
                       f'<text x="{LABELS - 122 + width:.0f}" y="{y + 4}">{number(value)}</text>')
        y += ROW + 14
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {y}" font-family="system-ui, sans-serif" font-size="13" fill="#1c2733">'
            f'<rect width="100%" height="100%" fill="#fff"/>' + "".join(out) + "</svg>\n")


def write(folder, name, sections, machine, command):
    folder.mkdir(parents=True, exist_ok=True)
    data = merged(folder / f"{name}.json", sections, machine, command)
    # a round a line, so that two runs can be compared
    (folder / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n")
    text = markdown(data)
    machines = sorted({section["machine"] for section in data["sections"]})
    (folder / f"{name}.md").write_text(f"Rounds of all proxies in alternation on one core, load and origin on another; {'; '.join(machines)}; `load-tests/bench`.\n\n{text}\n")
    (folder / f"{name}.svg").write_text(picture(data))
    return text
