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
