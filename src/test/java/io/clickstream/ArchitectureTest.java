package io.clickstream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.clickstream.config.JobConfig;
import io.clickstream.config.ReplayConfig;
import io.clickstream.event.VersionedSerializer;
import io.clickstream.personalize.UndeliveredSender;
import io.clickstream.tools.command.ToolCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may know whom, in the job's own classes. There is no list of exceptions. */
class ArchitectureTest {

    private static final String JOB = "io.clickstream..";
    private static final String[] WINDOW_LOGIC = {
        "io.clickstream.session..",
        "io.clickstream.duplicate..",
        "io.clickstream.count..",
        "io.clickstream.live..",
        "io.clickstream.funnel..",
        "io.clickstream.cart..",
        "io.clickstream.shuffle..",
        "io.clickstream.time..",
        "io.clickstream.intake..",
        "io.clickstream.event.."
    };

    private static final Pattern TEST = Pattern.compile("(Test|ITCase|Shape|InSql)(\\$.*)?$");

    private static JavaClasses job;

    @BeforeAll
    static void readTheJob() throws Exception {
        Path classes =
                Path.of(
                        JobConfig.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        job =
                Files.isDirectory(classes)
                        ? new ClassFileImporter().importPath(classes)
                        : new ClassFileImporter().importJar(new JarFile(classes.toFile()));
        assertThat(job.contain(ClickstreamPipeline.class)).isTrue();
    }

    @Test
    void windowLogicKnowsNoSourceSinkFormatOrCloud() {
        noClasses()
                .that()
                .resideInAnyPackage(WINDOW_LOGIC)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.clickstream",
                        "io.clickstream.source..",
                        "io.clickstream.sink..",
                        "io.clickstream.format..",
                        "io.clickstream.config..",
                        "io.clickstream.deadletter..",
                        "io.clickstream.personalize..",
                        "samples..",
                        "org.apache.flink.connector..",
                        "org.apache.flink.api.connector..",
                        "org.apache.kafka..",
                        "org.apache.avro..",
                        "org.apache.http..",
                        "org.opensearch..",
                        "software.amazon..",
                        "com.amazonaws..",
                        "io.github.acm19..")
                .check(job);
    }

    /** The jar leaves out what only these parts of the libraries need, see LIBRARIES.md. */
    @Test
    void usesNoPartOfALibraryWhoseOwnLibrariesAreNotInTheJar() {
        noClasses()
                .that()
                .resideInAPackage(JOB)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.google.common..",
                        "org.apache.avro.file..",
                        "org.apache.commons.compress..",
                        "org.apache.commons.lang3..",
                        "org.apache.flink.connector.kafka.dynamic..",
                        "org.apache.flink.streaming.connectors.kafka.table..",
                        "reactor..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchemaBuilder"
                            + "|org.opensearch.client.Streaming(Request|Response).*")
                .check(job);
    }

    @Test
    void sinksDoNotKnowEachOther() {
        slices().matching("io.clickstream.sink.(*)..").should().notDependOnEachOther().check(job);
    }

    @Test
    void sourcesAndSinksDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("io.clickstream.source..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.clickstream.sink..")
                .check(job);
        noClasses()
                .that()
                .resideInAPackage("io.clickstream.sink..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.clickstream.source..")
                .check(job);
    }

    @Test
    void onlyConfigReadsPropertyStrings() {
        classes()
                .that()
                .haveNameMatching("io.clickstream.config.(PropertyReader|Parsers|LabProperties).*")
                .should()
                .notBePublic()
                .check(job);
        noClasses()
                .that()
                .resideInAPackage(JOB)
                .and()
                .resideOutsideOfPackage("io.clickstream.config..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io.clickstream.config.(Key|KeyGroup)(\\$.*)?")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.apache.flink.util.ParameterTool")
                .orShould()
                .callMethod(Properties.class, "getProperty", String.class)
                .orShould()
                .callMethod(Properties.class, "getProperty", String.class, String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class, String.class)
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .check(job);
    }

    @Test
    void theJobKnowsNothingOfTheLocalRunOrTheTests() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.clickstream.tools..",
                        "io.clickstream.local..",
                        "io.clickstream.bench..",
                        "io.clickstream.testing..",
                        "org.junit..")
                .check(job);
        noClasses()
                .should()
                .resideInAnyPackage("io.clickstream.tools..", "io.clickstream.local..")
                .check(job);
    }

    /**
     * What only the tools use belongs into their jar, not into that of the job. Two classes of the
     * tools are parts of the job: one is read by the job's own reader of property groups, and the
     * other sends with the job's own courier.
     */
    @Test
    void theJobUsesEachOfItsClasses() {
        Set<JavaClass> used = new HashSet<>();
        Deque<JavaClass> open = new ArrayDeque<>();
        open.add(job.get(ClickstreamJob.class));
        open.add(job.get(ReplayConfig.class));
        open.add(job.get(UndeliveredSender.class));
        while (!open.isEmpty()) {
            JavaClass next = open.pop();
            if (used.add(next)) {
                next.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                        .filter(target -> job.contain(target.getName()))
                        .forEach(open::push);
            }
        }
        assertThat(job)
                .filteredOn(each -> !used.contains(each))
                // The compiler makes some for switches.
                .filteredOn(each -> !each.isAnonymousClass())
                .extracting(JavaClass::getName)
                .filteredOn(name -> !name.endsWith(".package-info"))
                .isEmpty();
    }

    @Test
    void nothingKnowsTheTopOfTheJob() {
        noClasses()
                .that()
                .resideInAPackage("io.clickstream.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.clickstream")
                .check(job);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.clickstream.(**)").should().beFreeOfCycles().check(job);
    }

    @Test
    void packagesOfTheLocalToolsHaveNoCycles() {
        JavaClasses tools =
                new ClassFileImporter()
                        .importPackages("io.clickstream.tools", "io.clickstream.local")
                        .that(
                                DescribedPredicate.describe(
                                        "are no tests",
                                        each -> !TEST.matcher(each.getName()).find()));

        assertThat(tools.contain(ToolCommand.class)).isTrue();
        slices().matching("io.clickstream.(*).(*)..").should().beFreeOfCycles().check(tools);
        noClasses()
                .that()
                .resideInAPackage("io.clickstream.tools..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.clickstream.local..")
                .check(tools);
    }

    @Test
    void nothingFallsToKryo() {
        noClasses()
                .that()
                .resideInAPackage(JOB)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.esotericsoftware..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(GenericTypeInfo.class)
                // Would look at a class and fall to Kryo where it can't see through.
                .orShould()
                .callMethod(TypeInformation.class, "of", Class.class)
                .check(job);
    }

    @Test
    void nothingEndsTheProcess() {
        noClasses()
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(job);
    }

    @Test
    void stateHoldsNoJavaCollections() {
        Set<JavaClass> types = new HashSet<>();
        for (JavaClass serializer : serializers()) {
            addWithFields(serializedBy(serializer), types);
        }

        assertThat(types)
                .extracting(JavaClass::getSimpleName)
                .contains(
                        "Click",
                        "RawRecord",
                        "UserId",
                        "StoredSessions",
                        "NamesOfWriter",
                        "WindowCount");
        assertThat(types)
                .flatExtracting(JavaClass::getFields)
                .filteredOn(
                        field ->
                                field.getRawType().isAssignableTo(Collection.class)
                                        || field.getRawType().isAssignableTo(Map.class))
                .extracting(JavaField::getFullName)
                .isEmpty();
    }

    @Test
    void everySerializerHasItsOldBytes() {
        assertThat(serializers())
                .isNotEmpty()
                .allSatisfy(
                        serializer ->
                                assertThat(
                                                Path.of(
                                                        "src/test/resources/serializers",
                                                        serializedBy(serializer).getSimpleName()
                                                                + "-v1.bin"))
                                        .exists());
    }

    private static List<JavaClass> serializers() {
        return job.stream()
                .filter(
                        type ->
                                type.isAssignableTo(VersionedSerializer.class)
                                        && !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .toList();
    }

    private static JavaClass serializedBy(JavaClass serializer) {
        return ((JavaParameterizedType) serializer.getSuperclass().orElseThrow())
                .getActualTypeArguments()
                .get(0)
                .toErasure();
    }

    /** The type, what implements it, and the types of their fields as far as they are ours. */
    private static void addWithFields(JavaClass type, Set<JavaClass> types) {
        if (!type.getPackageName().startsWith("io.clickstream") || !types.add(type)) {
            return;
        }
        type.getFields().forEach(field -> addWithFields(field.getRawType(), types));
        type.getAllSubclasses().forEach(subclass -> addWithFields(subclass, types));
    }
}
