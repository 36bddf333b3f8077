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
        .package(path: "../Packages/WSEClient"),
        .package(path: "../Packages/WSETestServer"),
    ],
    targets: [
        // The README's ten lines, word for word; `Scripts/check` compares them.
        .executableTarget(name: "ten-lines", dependencies: ["WSEClient"], swiftSettings: settings),
        // A server, a live feed, a cut and a resume in ten seconds; `Scripts/demo` runs it.
        .executableTarget(
            name: "demo", dependencies: ["WSEClient", "WSETestServer"], swiftSettings: settings)
    ]
)
