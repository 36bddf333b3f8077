extension String {
    /// The text as it may go to a terminal: what would steer the terminal, or turn the direction of writing, stands as
    /// an escape of JSON's. A peer chooses types, topics and payloads, and must not get at the screen through them.
    var shown: String {
        guard unicodeScalars.contains(where: \.steersTerminal) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.steersTerminal {
                let digits = Swift.String(scalar.value, radix: 16)
                text += "\\u" + Swift.String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The first columns of the text, with an ellipsis where something was left out. Counts characters, so wide ones
    /// may still wrap.
    func clipped(to columns: Int?) -> String {
        guard let columns, count > columns else { return self }
        return columns < 1 ? "" : prefix(columns - 1) + "…"
    }

    /// ``clipped(to:)`` for text with marks of ``TextStyle``, which take no room; those that are open are closed.
    func clippedVisibly(to columns: Int?) -> String {
        guard let columns, contains("\u{1B}") else { return clipped(to: columns) }
        var (text, width, isMark) = ("", 0, false)
        // As far as it goes if an ellipsis has to follow.
        var head = ""
        for character in self {
            if character == "\u{1B}" { isMark = true }
            if !isMark {
                if width == columns - 1 { head = text }
                width += 1
                if width > columns { return head + (columns < 1 ? "" : "…\u{1B}[0m") }
            }
            text.append(character)
            if isMark, character == "m" { isMark = false }
        }
        return self
    }

    /// The text with blanks behind it up to a width.
    func padded(to columns: Int) -> String {
        self + Swift.String(repeating: " ", count: max(0, columns - count))
    }

    /// The text with blanks before it up to a width.
    func aligned(to columns: Int) -> String {
        Swift.String(repeating: " ", count: max(0, columns - count)) + self
    }
}

extension Unicode.Scalar {
    fileprivate var steersTerminal: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Marks that turn the direction of writing, and separators that terminals take for line ends.
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
