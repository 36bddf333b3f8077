internal import WSEWire

extension Diagnosis {
    func textLines(_ style: TextStyle) -> [String] {
        var texts = [style.bold(shownURL.shown)]
        for line in lines {
            let mark =
                switch line.verdict {
                case .ok: style.green("ok     ")
                case .failed: style.red("failed ")
                case .skipped: style.dim("-      ")
                case .unknown: style.dim("?      ")
                }
            texts.append(
                "  \(mark) \(line.step.rawValue.padded(to: 10))"
                    + (line.duration?.shown ?? "").aligned(to: 10) + "  " + line.text.shown)
        }
        if let total { texts.append("  " + style.dim("ready after \(total.shown)")) }
        texts += advice.map { style.yellow("  advice ") + $0.shown }
        return texts
    }

    func json() -> [UInt8] {
        var steps = "["
        for line in lines {
            var writer = JSONWriter()
            writer.add("step", line.step.rawValue)
            writer.add("verdict", line.verdict.rawValue)
            writer.add("ms", milliseconds: line.duration)
            writer.add("text", line.text)
            steps += (steps.count > 1 ? "," : "") + writer.text()
        }
        let list = Array((steps + "]").utf8)
        var writer = JSONWriter()
        writer.add("url", shownURL)
        writer.add("ok", status == .success)
        writer.add("ready_ms", milliseconds: total)
        writer.add("steps", json: list.span.bytes)
        writer.add("advice", .array(advice.map { .string($0) }))
        return writer.line()
    }
}
