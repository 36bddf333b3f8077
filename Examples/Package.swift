// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of every package; `Scripts/check` keeps the copies in step.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(path: "../Packages/WSEWire"),
        .package(path: "../Packages/WSEResilience"),
        .package(path: "../Packages/WSETransport"),
        .package(path: "../Packages/WSEClient"),
        .package(path: "../Packages/WSETestServer"),
    ],
    targets: [
        // The README's ten lines, word for word; `Scripts/check` compares them.
        .executableTarget(name: "ten-lines", dependencies: ["WSEClient"], swiftSettings: settings),
        // A server, a live feed, a cut and a resume in ten seconds; `Scripts/demo` runs it.
        .executableTarget(
            name: "demo", dependencies: ["WSEClient", "WSETestServer"], swiftSettings: settings),
        // Prices in a terminal.
        .executableTarget(name: "ticker", dependencies: ["WSEClient"], swiftSettings: settings),
        // Lines, and who is there.
        .executableTarget(name: "chat", dependencies: ["WSEClient"], swiftSettings: settings),
        // Goes on where it stopped, also after a crash.
        .executableTarget(name: "resumable-worker", dependencies: ["WSEClient"], swiftSettings: settings),
        // The model behind a SwiftUI view.
        .target(name: "PriceBoard", dependencies: ["WSEClient"], swiftSettings: settings),
        // The wire format alone.
        .executableTarget(name: "log-analyser", dependencies: ["WSEWire"], swiftSettings: settings),
        // A client of one's own.
        .executableTarget(
            name: "from-parts", dependencies: ["WSEResilience", "WSETransport", "WSEWire"],
            swiftSettings: settings),
    ]
)
