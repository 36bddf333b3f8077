extension Duration {
    /// A century. Durations from outside are held to it, so that adding them to an instant cannot overflow.
    static var century: Duration { .seconds(3_155_760_000) }

    /// At least zero, at most a century.
    var bounded: Duration { min(max(self, .zero), .century) }
}
