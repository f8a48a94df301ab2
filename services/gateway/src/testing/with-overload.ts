/** For tests: the shipped file with other monitors and triggers. */
export const withOverload = (monitor: string, threshold: string) => ({
  edit: (yaml: string) =>
    `${yaml.replace(/overload_manager:\n( .*\n|\n)+/, '')}
overload_manager:
  refresh_interval: 20ms
  resource_monitors: [${monitor}]
  actions:
    - name: stop_accepting_requests
      triggers: [{ name: ${monitor.match(/name: (\w+)/)?.[1]}, threshold: ${threshold} }]
`,
});
