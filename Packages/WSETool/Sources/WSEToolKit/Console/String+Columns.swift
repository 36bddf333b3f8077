extension String {
    /// How many columns of a terminal the text takes, as far as terminals agree about that.
    var columns: Int {
        if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
        return reduce(0) { $0 + $1.columns }
    }

    /// The first columns of the text, with an ellipsis where something was left out.
    func clipped(to columns: Int?) -> String {
        guard let columns, self.columns > columns else { return self }
        guard columns > 0 else { return "" }
        var (text, width) = ("", 0)
        for character in self {
            width += character.columns
            if width > columns - 1 { break }
            text.append(character)
        }
        return text + "…"
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
                if width <= columns - 1 { head = text }
                width += character.columns
                if width > columns { return head + (columns < 1 ? "" : "…\u{1B}[0m") }
            }
            text.append(character)
            if isMark, character == "m" { isMark = false }
        }
        return self
    }

    /// The text with blanks behind it up to a width.
    func padded(to columns: Int) -> String {
        self + Swift.String(repeating: " ", count: max(0, columns - self.columns))
    }

    /// The text with blanks before it up to a width.
    func aligned(to columns: Int) -> String {
        Swift.String(repeating: " ", count: max(0, columns - self.columns)) + self
    }
}

extension Character {
    /// 2 for what East Asian writing and emoji have (Unicode Standard Annex 11, wide and fullwidth), else 1.
    fileprivate var columns: Int {
        let scalars = unicodeScalars
        if scalars.contains("\u{FE0F}") { return 2 }
        return scalars.first?.isWide ?? false ? 2 : 1
    }
}

extension Unicode.Scalar {
    fileprivate var isWide: Bool {
        switch value {
        case ..<0x1100: false
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF,
            0x1AFF0...0x1B2FF, 0x20000...0x3FFFD:
            true
        default: properties.isEmojiPresentation
        }
    }
}
