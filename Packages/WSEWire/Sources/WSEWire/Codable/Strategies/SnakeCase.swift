/// Conversion between the spelling of Swift's properties and that of most services.
enum SnakeCase {
    static func toCamelCase(_ key: String) -> String {
        guard let first = key.firstIndex(where: { $0 != "_" }), let last = key.lastIndex(where: { $0 != "_" })
        else { return key }
        let words = key[first...last].split(separator: "_")
        guard words.count > 1 else { return key }
        let joined = words[0].lowercased() + words.dropFirst().map(capitalized).joined()
        return key[..<first] + joined + key[key.index(after: last)...]
    }

    private static func capitalized(_ word: Substring) -> String {
        word.prefix(1).uppercased() + word.dropFirst().lowercased()
    }

    /// A word begins at an upper-case letter behind one that is not, and at the last of several upper-case
    /// letters if a lower-case one follows.
    static func fromCamelCase(_ key: String) -> String {
        let letters = Array(key)
        var result = ""
        for (index, letter) in letters.enumerated() {
            if letter.isUppercase, index > 0, letters[index - 1] != "_" {
                let followsLower = !letters[index - 1].isUppercase
                let leadsLower = index + 1 < letters.count && letters[index + 1].isLowercase
                if followsLower || leadsLower { result.append("_") }
            }
            result.append(contentsOf: letter.lowercased())
        }
        return result
    }
}
