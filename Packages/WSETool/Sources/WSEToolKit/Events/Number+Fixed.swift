extension Double {
    /// The number with so many digits behind the point; Foundation's formatting without Foundation.
    func fixed(_ digits: Int) -> String {
        guard isFinite, abs(self) < 1e15 else { return "\(self)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        // Scaled numbers beyond 2^53 have no such digits to show.
        guard abs(self) * scale < 9e15 else { return fixed(digits - 1) }
        let scaled = Int64((abs(self) * scale).rounded())
        let (whole, part) = scaled.quotientAndRemainder(dividingBy: Int64(scale))
        let sign = self < 0 && scaled != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let fraction = String(part)
        return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}

extension Double {
    /// With three digits, of which zeros at the end of the fraction are left out; more only before the point.
    fileprivate var withThreeDigits: String {
        let text = fixed(abs(self) < 9.995 ? 2 : abs(self) < 99.95 ? 1 : 0)
        guard text.contains(".") else { return text }
        let digits = text.reversed().drop { $0 == "0" }
        return String((digits.first == "." ? digits.dropFirst() : digits).reversed())
    }
}

extension Duration {
    var milliseconds: Double { self / .milliseconds(1) }
    var inSeconds: Double { self / .seconds(1) }

    /// As people read it, with three digits at most: `420 µs`, `4.25 ms`, `1.5 s`, `12 min 5 s`.
    var shown: String {
        switch abs(inSeconds) {
        case ..<0.000_999_5: return "\((inSeconds * 1e6).fixed(0)) µs"
        case ..<0.999_5: return milliseconds.withThreeDigits + " ms"
        case ..<119.5: return inSeconds.withThreeDigits + " s"
        default:
            let seconds = Int64(inSeconds.rounded())
            return "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(abs(seconds % 60)) s")
        }
    }
}

extension BinaryInteger {
    /// With a comma between thousands.
    var grouped: String {
        var digits = String(magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (self < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// As a size: `812 B`, `4.1 kB`, `2.6 MB`.
    var byteSize: String {
        switch self {
        case ..<1_000: "\(self) B"
        case ..<1_000_000: "\((Double(self) / 1e3).fixed(1)) kB"
        default: "\((Double(self) / 1e6).fixed(1)) MB"
        }
    }
}
