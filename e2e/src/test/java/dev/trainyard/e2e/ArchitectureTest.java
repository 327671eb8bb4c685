package dev.trainyard.e2e;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The directions of the architecture. Its picture is in ARCHITECTURE.md. */
class ArchitectureTest {

    private static final String ROOT = "dev.trainyard";

    /** Which modules a module may use. */
    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "core", Set.of(),
            "launch", Set.of(),
            "db", Set.of("core"),
            "cli", Set.of("core", "launch"),
            "submitter", Set.of("core", "db", "launch"),
            "worker", Set.of("core", "db", "launch"),
            "standalone", Set.of("core", "db", "cli", "launch", "submitter", "worker"));

    @SuppressWarnings("unused") // FieldSource names it
    private static final Set<String> MODULES = new TreeSet<>(MAY_USE.keySet());

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void every_module_is_looked_at() {
        Set<String> seen = PRODUCT.stream()
                .map(found -> found.getPackageName().split("\\.")[2])
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(seen).isEqualTo(MODULES);
    }

    @ParameterizedTest
    @FieldSource("MODULES")
    void a_module_uses_only_those_below_it(String module) {
        Set<String> allowed = MAY_USE.get(module);
        String[] forbidden = MODULES.stream()
                .filter(other -> !other.equals(module) && !allowed.contains(other))
                .map(other -> in(other))
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(in(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .check(PRODUCT);
    }

    @Test
    void the_core_knows_no_framework_no_database_no_broker_and_no_engine() {
        noClasses()
                .that()
                .resideInAPackage(in("core"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..",
                        "java.sql..",
                        "javax.sql..",
                        "org.postgresql..",
                        "org.flywaydb..",
                        "org.apache.kafka..",
                        "com.github.dockerjava..",
                        "java.net.http..",
                        "picocli..")
                .check(PRODUCT);
    }

    @Test
    void the_core_ends_no_process() {
        noClasses()
                .that()
                .resideInAPackage(in("core"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Runtime.class)
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .check(PRODUCT);
    }

    @Test
    void one_package_speaks_to_the_container_engine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(in("worker.docker"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.github.dockerjava..")
                .check(PRODUCT);
    }

    /** A second engine would be a package beside it, and the places in {@code Worker} that open the engine. */
    @Test
    void only_the_start_of_a_worker_knows_that_the_engine_is_docker() {
        noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(in("worker.docker")))
                        .and(DescribedPredicate.not(JavaClass.Predicates.simpleName("Worker"))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("worker.docker"))
                .check(PRODUCT);
    }

    @Test
    void one_module_speaks_to_the_database() {
        DescribedPredicate<JavaClass> jdbc = resideInAnyPackage(
                        "java.sql..", "javax.sql..", "org.springframework.jdbc..", "org.postgresql..", "org.flywaydb..")
                // A data source is handed on without being used; a connection that one waits on ends in this exception.
                .and(DescribedPredicate.not(type(DataSource.class).or(type(SQLException.class))))
                .as("JDBC");

        noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(in("db"), in("standalone.embedded")))
                        // Spring Batch has a job repository of its own, over a data source that the database module
                        // makes.
                        .and(DescribedPredicate.not(JavaClass.Predicates.simpleName("JournalConfiguration"))))
                .should()
                .dependOnClassesThat(jdbc)
                .check(PRODUCT);
    }

    /** The picture of {@code core} in ARCHITECTURE.md; what a room uses through another one is named too. */
    private static final Map<String, Set<String>> ROOMS_OF_CORE = Map.ofEntries(
            Map.entry("text", Set.of()),
            Map.entry("json", Set.of("text")),
            Map.entry("reading", Set.of("text")),
            Map.entry("lifecycle", Set.of("text")),
            Map.entry("training", Set.of("text", "reading")),
            Map.entry("request", Set.of("text", "json", "training", "lifecycle")),
            Map.entry("compose", Set.of("text", "reading", "training", "request")),
            Map.entry("runline", Set.of("text", "reading", "training", "request")),
            Map.entry("draft", Set.of("text", "reading", "training", "request", "lifecycle", "compose")),
            Map.entry("dockerfile", Set.of("text")),
            Map.entry("plan", Set.of("text", "training", "request", "lifecycle")),
            Map.entry("event", Set.of("request", "lifecycle")));

    @SuppressWarnings("unused") // FieldSource names it
    private static final Set<String> ROOMS = new TreeSet<>(ROOMS_OF_CORE.keySet());

    @ParameterizedTest
    @FieldSource("ROOMS")
    void a_room_of_the_core_uses_only_those_below_it(String room) {
        String[] forbidden = ROOMS.stream()
                .filter(other -> !other.equals(room) && !ROOMS_OF_CORE.get(room).contains(other))
                .map(other -> in("core." + other))
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(in("core." + room))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .check(PRODUCT);
    }

    @Test
    void every_room_of_the_core_is_looked_at() {
        Set<String> seen = PRODUCT.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(ROOT + ".core."))
                .map(name -> name.split("\\.")[3])
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(seen).isEqualTo(ROOMS);
    }

    @Test
    void packages_do_not_depend_on_each_other_in_circles() {
        slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void names_describe_the_purpose_of_a_class() {
        noClasses()
                .should()
                .haveNameMatching(".*(Utils?|Helper|Manager|Impl|Common)")
                .check(PRODUCT);
    }

    @Test
    void every_package_says_what_it_is_for_and_is_null_marked() {
        Set<String> bare = PRODUCT.stream()
                .map(JavaClass::getPackage)
                .filter(found -> !isNullMarked(found))
                .map(JavaPackage::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(bare).isEmpty();
    }

    private static boolean isNullMarked(JavaPackage found) {
        return found.isAnnotatedWith(NullMarked.class);
    }

    private static String in(String module) {
        return ROOT + "." + module + "..";
    }

    private static final class EachPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass found) {
            return SliceIdentifier.of(found.getPackageName());
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
