/// Everything that Swift shows of a value without being asked nicely.
func shown(_ value: Any) -> String {
    var text = "\(value) \(String(reflecting: value))"
    dump(value, to: &text)
    return text
}
