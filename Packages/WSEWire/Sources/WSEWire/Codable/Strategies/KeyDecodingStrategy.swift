/// How the keys of a payload become the coding keys of a type.
public enum KeyDecodingStrategy: Sendable {
    /// They are the same.
    case useDefaultKeys
    /// `one_two_three` becomes `oneTwoThree`; underscores at the start and the end stay.
    case convertFromSnakeCase
    /// The last key of the path is the one to replace.
    case custom(@Sendable (_ codingPath: [any CodingKey]) -> any CodingKey)

    var isDefault: Bool {
        if case .useDefaultKeys = self { true } else { false }
    }

    /// - Parameter path: Of the object that has the key; only asked for where it matters.
    func convert(_ key: String, path: () -> [any CodingKey]) -> String {
        switch self {
        case .useDefaultKeys: key
        case .convertFromSnakeCase: SnakeCase.toCamelCase(key)
        case .custom(let convert): convert(path() + [PayloadKey(key)]).stringValue
        }
    }
}
