package retrobook;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.neo4j.cli.ExecutionContext;
import org.neo4j.commandline.admin.security.SetInitialPasswordCommand;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.io.fs.DefaultFileSystemAbstraction;
import org.neo4j.kernel.internal.GraphDatabaseAPI;
import picocli.CommandLine;

/**
 * Neo4j Community with authentication and Bolt on the loopback address.
 *
 * <p>Arguments: the server's home folder and its port (0 picks a free one). The first line of standard input is the
 * password of user neo4j; when standard input ends, the server stops, so it never outlives whoever started it. Prints
 * "READY port" once Bolt answers.
 */
public final class TestServer {
    private TestServer() {}

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        int port = Integer.parseInt(args[1]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        setInitialPassword(home, commands.readLine());

        DatabaseManagementService server = new DatabaseManagementServiceBuilder(home)
                .setConfig(GraphDatabaseSettings.auth_enabled, true)
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", port))
                .setConfig(BoltConnector.advertised_address, new SocketAddress("127.0.0.1", port))
                .setConfig(GraphDatabaseSettings.pagecache_memory, 128L * 1024 * 1024)
                .setConfig(GraphDatabaseSettings.preallocate_logical_logs, false)
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));

        GraphDatabaseAPI database = (GraphDatabaseAPI) server.database("neo4j");
        ConnectorPortRegister ports = database.getDependencyResolver().resolveDependency(ConnectorPortRegister.class);
        System.out.println("READY " + ports.getLocalAddress(ConnectorType.BOLT).getPort());
        System.out.flush();
        while (commands.readLine() != null) {
            // only the end of the input matters
        }
        System.exit(0);
    }

    private static void setInitialPassword(Path home, String password) {
        ExecutionContext context = new ExecutionContext(home, home.resolve("conf"), new DefaultFileSystemAbstraction());
        int failed = new CommandLine(new SetInitialPasswordCommand(context)).execute(password);
        if (failed != 0) {
            System.exit(failed);
        }
    }
}
